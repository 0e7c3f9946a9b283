package dev.runnel.bench;

import dev.runnel.store.RunStore;
import dev.runnel.store.postgres.OpenedStore;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.flywaydb.core.Flyway;

/// A Postgres for the measurement of the queue, which writes to disk as one in production does.
final class QueueDatabase implements AutoCloseable {
    private static final String USER = "postgres";
    private static final int CONNECTIONS = 20;

    // ended runs of many repositories, one a second
    private static final String FINISHED =
            """
            insert into run (id, url, repository, request, created_at, fence, events, ended, state,
                finished_at)
            select (lpad(to_hex(1700000000000 + 1000 * n), 12, '0') || '7000'
                    || '8000' || lpad(to_hex(n), 12, '0'))::uuid,
                'u', 'team/' || n % 1000, '{"variables":{}}', to_timestamp(1700000000 + n), 1, 10,
                true, case when n % 5 = 0 then 'FAILED' else 'SUCCESSFUL' end,
                to_timestamp(1700000010 + n)
            from generate_series((select count(*) from run where ended) + 1, RUNS) as n
            """;
    // waiting runs of a hundred repositories, which take turns
    private static final String WAITING =
            """
            insert into run (id, url, repository, request, created_at, state, rank)
            select gen_random_uuid(), 'u', 'team/' || n % 100, '{"variables":{}}', now(),
                'PENDING', n / 100
            from generate_series(1, RUNS) as n
            """;
    private static final String CLAIM_PLAIN =
            """
            update plain set taken = true where id = (
                select id from plain where not taken order by id for update skip locked limit 1)
            returning *
            """;

    private final EmbeddedPostgres server;
    private final Vertx vertx = Vertx.vertx();

    private QueueDatabase(EmbeddedPostgres server) {
        this.server = server;
    }

    static QueueDatabase start() throws IOException {
        EmbeddedPostgres server =
                EmbeddedPostgres.builder()
                        .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
                        .setServerConfig("fsync", "on")
                        .setServerConfig("synchronous_commit", "on")
                        .start();
        QueueDatabase database = new QueueDatabase(server);
        Flyway.configure().dataSource(database.url(), USER, USER).load().migrate();
        return database;
    }

    private String url() {
        return "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/postgres";
    }

    void fillFinished(int runs) throws SQLException {
        execute(
                "delete from run where not ended",
                FINISHED.replace("RUNS", String.valueOf(runs)),
                "vacuum analyze run");
    }

    void fillWaiting(int runs) throws SQLException {
        execute(
                "delete from run where not ended",
                WAITING.replace("RUNS", String.valueOf(runs)),
                "vacuum analyze run");
    }

    void fillPlain(int rows) throws SQLException {
        execute(
                "drop table if exists plain",
                "create table plain (id bigint primary key, taken boolean not null, payload text)",
                "create index plain_waiting on plain (id) where not taken",
                "insert into plain select n, false, repeat('x', 200) from generate_series(1, "
                        + rows
                        + ") as n",
                "vacuum analyze plain");
    }

    void execute(String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url(), USER, USER);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    Instances open(int count) {
        List<Pool> pools = new ArrayList<>();
        List<OpenedStore> stores = new ArrayList<>();
        for (int instance = 0; instance < count; instance++) {
            PgConnectOptions options =
                    new PgConnectOptions()
                            .setHost("127.0.0.1")
                            .setPort(server.getPort())
                            .setDatabase("postgres")
                            .setUser(USER)
                            .setPassword(USER)
                            .setCachePreparedStatements(true);
            Pool pool =
                    PgBuilder.pool()
                            .with(new PoolOptions().setMaxSize(CONNECTIONS))
                            .connectingTo(options)
                            .using(vertx)
                            .build();
            pools.add(pool);
            stores.add(OpenedStore.over(vertx, pool));
        }
        return new Instances(pools, stores);
    }

    @Override
    public void close() throws IOException {
        vertx.close().toCompletionStage().toCompletableFuture().join();
        server.close();
    }

    /// Instances that share the database, each with connections of its own.
    record Instances(List<Pool> pools, List<OpenedStore> opened) implements AutoCloseable {
        List<RunStore> stores() {
            return opened.stream().map(OpenedStore::store).toList();
        }

        /// Claims a row of the plain queue.
        void claimPlain(int instance) throws InterruptedException, ExecutionException {
            int claimed =
                    pools.get(instance)
                            .preparedQuery(CLAIM_PLAIN)
                            .execute()
                            .toCompletionStage()
                            .toCompletableFuture()
                            .get()
                            .rowCount();
            if (claimed != 1) {
                throw new IllegalStateException("the plain queue is empty");
            }
        }

        @Override
        public void close() {
            opened.forEach(OpenedStore::close);
            pools.forEach(pool -> pool.close().toCompletionStage().toCompletableFuture().join());
        }
    }
}
