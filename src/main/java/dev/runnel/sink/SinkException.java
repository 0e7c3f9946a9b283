package dev.runnel.sink;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The target of a sink could not be told; trying again may help.
public final class SinkException extends Exception {
    private static final long serialVersionUID = 1L;

    private final @Nullable Duration retryAfter;

    /// @param message which target, and what it answered
    public SinkException(String message) {
        this(message, Optional.empty());
    }

    /// @param message which target, and what it answered
    /// @param retryAfter how long the target asked to be left alone
    public SinkException(String message, Optional<Duration> retryAfter) {
        super(message);
        this.retryAfter = retryAfter.orElse(null);
    }

    /// @param message which target
    public SinkException(String message, Throwable cause) {
        super(message, cause);
        this.retryAfter = null;
    }

    /// How long the target asked to be left alone, when it did.
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
