package dev.runnel.executor;

/// The engine did not answer, or not as it should: the outcome is not known, and trying again may
/// help.
public final class ExecutorException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// @param message for people: which engine, what was asked of it
    public ExecutorException(String message, Throwable cause) {
        super(message, cause);
    }

    /// @param message for people: which engine, what was asked of it
    public ExecutorException(String message) {
        super(message);
    }
}
