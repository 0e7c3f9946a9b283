package dev.runnel.eventlog.postgres;

import dev.runnel.TestPostgres;
import dev.runnel.database.Database;
import dev.runnel.database.Notices;
import dev.runnel.eventlog.EventLog;
import dev.runnel.eventlog.EventLogContract;
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

@TestInstance(Lifecycle.PER_CLASS)
class PostgresEventLogTest extends EventLogContract {
    private final Vertx vertx = Vertx.vertx();
    private final TestPostgres postgres = TestPostgres.migrated();
    private final TestRuns runs = new TestRuns(postgres);
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final EventLog log = open();
    private final EventLog other = open();

    @AfterAll
    void close() throws Exception {
        for (AutoCloseable closeable : opened) {
            closeable.close();
        }
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    private EventLog open() {
        Pool pool = postgres.pool(vertx, 8);
        Notices notices = new Notices(vertx, pool);
        opened.add(notices);
        opened.add(() -> pool.close().toCompletionStage().toCompletableFuture().get());
        return new PostgresEventLog(new Database(pool), notices);
    }

    @Override
    protected EventLog log() {
        return log;
    }

    @Override
    protected EventLog otherInstance() {
        return other;
    }

    @Override
    protected long leased(Run run) {
        return runs.leased(run);
    }

    @Override
    protected long takenOver(RunId run) {
        return runs.takenOver(run);
    }
}
