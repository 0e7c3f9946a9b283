package dev.runnel.database;

/// The database did not answer, so it is not known whether it did what it was asked; asking again
/// may help.
public final class DatabaseAway extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// @param cause what the database client said
    public DatabaseAway(Throwable cause) {
        super("the database does not answer: " + cause.getMessage(), cause);
    }
}
