package dev.runnel.run;

/// Which of its two streams a command wrote to. The two have no order between them.
public enum OutputChannel {
    /// Standard output.
    STDOUT,
    /// Standard error.
    STDERR
}
