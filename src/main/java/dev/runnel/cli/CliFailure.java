package dev.runnel.cli;

/// A command cannot go on; the message says why and what to do, and the exit code what kind it is.
final class CliFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;
    private final String sentence;

    CliFailure(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
        this.sentence = message;
    }

    String sentence() {
        return sentence;
    }

    int exitCode() {
        return exitCode;
    }
}
