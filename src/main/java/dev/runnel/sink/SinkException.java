package dev.runnel.sink;

/// The target of a sink could not be told; trying again may help.
public final class SinkException extends Exception {
    private static final long serialVersionUID = 1L;

    /// @param message which target, and what it answered
    public SinkException(String message) {
        super(message);
    }

    /// @param message which target
    public SinkException(String message, Throwable cause) {
        super(message, cause);
    }
}
