package dev.runnel.app;

/// The server cannot start, for a reason that the person who started it can do something about. The
/// message is all that they see.
public final class CannotStart extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// @param message what is wrong and what to do
    public CannotStart(String message) {
        super(message);
    }

    /// @param message what is wrong and what to do
    public CannotStart(String message, Throwable cause) {
        super(message, cause);
    }
}
