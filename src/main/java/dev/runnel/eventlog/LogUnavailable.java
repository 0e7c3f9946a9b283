package dev.runnel.eventlog;

/// The database did not answer in time; trying again may help.
public final class LogUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// @param cause what the database client said
    public LogUnavailable(Throwable cause) {
        super("the event log cannot be read now", cause);
    }
}
