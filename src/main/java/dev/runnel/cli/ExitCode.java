package dev.runnel.cli;

/// What the shell gets to know.
enum ExitCode {
    /// Done; of a run that was followed: it succeeded.
    OK(0),
    /// The run that was followed failed; of `server`: it did not start.
    FAILED(1),
    /// The command line is wrong.
    USAGE(2),
    /// The run that was followed was aborted.
    ABORTED(3),
    /// No server answers, or it went away for good; the run, if there is one, goes on.
    UNREACHABLE(4),
    /// The server refused the request.
    REFUSED(5),
    /// Whoever read the output is gone, as when `head` has seen enough.
    OUTPUT_CLOSED(141);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    /// The outcome of a run.
    ///
    /// @param state as the interface writes it
    static ExitCode ofState(String state) {
        return switch (state) {
            case "SUCCESSFUL" -> OK;
            case "ABORTED" -> ABORTED;
            default -> FAILED;
        };
    }
}
