package dev.runnel.store;

/// The database did not answer in time; trying again may help.
public final class StoreUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// @param cause what the database client said
    public StoreUnavailable(Throwable cause) {
        super("the database does not answer", cause);
    }
}
