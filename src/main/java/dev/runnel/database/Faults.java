package dev.runnel.database;

import io.vertx.core.VertxException;
import io.vertx.core.impl.NoStackTraceThrowable;
import io.vertx.pgclient.PgException;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Tells a database that does not answer from one that refuses what it was asked.
final class Faults {
    // connection exceptions, conflicts with other sessions, out of resources, shutting down or
    // starting up, trouble with disks
    private static final Set<String> AWAY_CLASSES = Set.of("08", "40", "53", "57", "58");
    private static final String READ_ONLY = "25006"; // a standby that is about to take over
    private static final int DEEPEST = 10;

    private Faults() {}

    /// Whether the fault, or one behind it, says that the database does not answer.
    static boolean isAway(Throwable fault) {
        @Nullable Throwable current = fault;
        for (int depth = 0; current != null && depth < DEEPEST; depth++) {
            if (current instanceof PgException refusal) {
                return isAway(refusal.getSqlState());
            }
            if (current instanceof IOException || current instanceof TimeoutException) {
                return true;
            }
            if (current.getClass() == VertxException.class
                    || current instanceof io.vertx.sqlclient.ClosedConnectionException
                    || current instanceof NoStackTraceThrowable) {
                return !isWrongParameter(current);
            }
            current = current.getCause();
        }
        return false;
    }

    private static boolean isAway(@Nullable String sqlState) {
        return sqlState != null
                && (sqlState.equals(READ_ONLY) || AWAY_CLASSES.contains(sqlState.substring(0, 2)));
    }

    // the client gives these no type of their own
    private static boolean isWrongParameter(Throwable fault) {
        @Nullable String message = fault.getMessage();
        return message != null
                && (message.startsWith("Parameter at position")
                        || message.startsWith("The number of parameters"));
    }
}
