package dev.runnel.executor;

/// How much of an attempt has been told of and stored already.
///
/// @param stdout position of the last stored line of standard output, 0 when there is none
/// @param stdoutCommand command of that line; 1 when there is none
/// @param stderr position of the last stored line of standard error, 0 when there is none
/// @param stderrCommand command of that line; 1 when there is none
/// @param started number of the last command whose start is stored, 0 when none
/// @param finished number of the last command whose end is stored, 0 when none
public record ResumePoint(
        long stdout, int stdoutCommand, long stderr, int stderrCommand, int started, int finished) {
    /// Nothing was stored yet.
    public static final ResumePoint START = new ResumePoint(0, 1, 0, 1, 0, 0);
}
