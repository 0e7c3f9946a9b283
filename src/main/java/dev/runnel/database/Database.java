package dev.runnel.database;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/// Asks Postgres and waits for the answer, a bounded time; for virtual and worker threads.
///
/// What goes wrong is told apart: [DatabaseAway] when asking again may help, anything else when the
/// database refused the question, which is a fault in Runnel.
@Singleton
public final class Database {
    /// How long a caller that has somebody waiting is kept before it hears [DatabaseAway].
    public static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Pool pool;
    private final Outage outage = new Outage();

    /// @param pool its statements should be cached, else every question takes two round trips
    @Inject
    public Database(Pool pool) {
        this.pool = pool;
    }

    /// Asks one question; a statement of its own, with a transaction of its own.
    ///
    /// @throws DatabaseAway when no answer came in time; the statement may have been executed
    public RowSet<Row> query(String sql, Tuple parameters, Duration atMost)
            throws InterruptedException {
        if (Context.isOnEventLoopThread()) {
            throw new IllegalStateException("this call blocks; make it on a virtual thread");
        }
        AtomicBoolean gaveUp = new AtomicBoolean();
        Future<RowSet<Row>> answer =
                pool.getConnection()
                        .compose(connection ->
                                ask(connection, sql, parameters, gaveUp)
                                        .onComplete(_ -> connection.close()));
        try {
            RowSet<Row> rows =
                    answer.toCompletionStage()
                            .toCompletableFuture()
                            .get(atMost.toMillis(), TimeUnit.MILLISECONDS);
            answered();
            return rows;
        } catch (ExecutionException e) {
            throw judged(e);
        } catch (TimeoutException e) {
            throw judged(new TimeoutException("no answer within " + atMost.toMillis() + " ms"));
        } finally {
            gaveUp.set(true);
        }
    }

    // nobody must be surprised by what is done long after the answer was waited for
    private static Future<RowSet<Row>> ask(
            SqlConnection connection, String sql, Tuple parameters, AtomicBoolean gaveUp) {
        return gaveUp.get()
                ? Future.failedFuture(new TimeoutException("the caller waits no more"))
                : connection.preparedQuery(sql).execute(parameters);
    }

    /// Notes that the database answered a question that was asked past this class.
    public void answered() {
        outage.ended();
    }

    /// What to throw for a fault of the database client: [DatabaseAway] when asking again may help,
    /// or when the waiting thread was interrupted.
    public RuntimeException judged(Throwable fault) {
        if (fault instanceof InterruptedException
                || fault.getCause() instanceof InterruptedException) {
            return new DatabaseAway(fault);
        }
        if (Faults.isAway(fault)) {
            outage.began(fault);
            return new DatabaseAway(fault);
        }
        // the fault itself has no stack trace, or one of an event loop
        return new IllegalStateException("the database refused: " + fault, fault);
    }
}
