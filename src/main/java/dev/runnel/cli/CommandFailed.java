package dev.runnel.cli;

/// A command could not do what it was asked to. The message is all that its user sees.
final class CommandFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ExitCode code;

    /// @param message what is wrong and what to do about it
    CommandFailed(ExitCode code, String message) {
        super(message);
        this.code = code;
    }

    ExitCode code() {
        return code;
    }
}
