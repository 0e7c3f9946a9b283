package dev.runnel.eventlog.postgres;

import dev.runnel.TestPostgres;
import dev.runnel.database.Database;
import dev.runnel.database.Notices;
import dev.runnel.eventlog.EventLog;
import dev.runnel.run.Run;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;

/// An event log over a database, as one instance has it, without the rest of the application.
public record OpenedLog(EventLog log, Notices notices, Pool pool, TestRuns runs)
        implements AutoCloseable {

    /// Opens a log as an instance of its own.
    public static OpenedLog over(Vertx vertx, TestPostgres postgres) {
        Pool pool = postgres.pool(vertx, 8);
        Notices notices = new Notices(vertx, pool);
        EventLog log = new PostgresEventLog(new Database(pool), notices);
        return new OpenedLog(log, notices, pool, new TestRuns(postgres));
    }

    /// Stores a new run and leases it.
    ///
    /// @return the fence
    public long leased(Run run) {
        return runs.leased(run);
    }

    @Override
    public void close() {
        notices.close();
        pool.close().toCompletionStage().toCompletableFuture().join();
    }
}
