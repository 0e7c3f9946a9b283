package dev.runnel.sink.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.TestPostgres;
import dev.runnel.database.Database;
import dev.runnel.run.RunId;
import dev.runnel.sink.SinkPositions;
import dev.runnel.sink.SinkPositionsContract;
import dev.runnel.store.StoreUnavailable;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Positions in a real Postgres.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PostgresSinkPositionsTest extends SinkPositionsContract {
    private final TestPostgres postgres = TestPostgres.migrated();
    private final Vertx vertx = Vertx.vertx();
    private final Pool pool = postgres.pool(vertx, 8);
    private SinkPositions positions;

    @BeforeAll
    void open() {
        positions = new PostgresSinkPositions(new Database(pool));
    }

    @AfterAll
    void close() {
        pool.close().toCompletionStage().toCompletableFuture().join();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Override
    protected SinkPositions positions() {
        return positions;
    }

    @Override
    protected RunId run(Instant requestedAt, long events, boolean ended) {
        RunId run = RunId.at(requestedAt, RandomGenerator.getDefault());
        postgres.execute(
                """
                insert into run (id, url, repository, request, created_at, events, ended, state)
                values ('%s', 'https://host/a/b', 'a/b', '{}', '%s', %d, %s, 'PENDING')
                """
                        .formatted(run, requestedAt, events, ended));
        return run;
    }

    @Test
    void aPositionGoesWithItsRun() {
        RunId run = run(Instant.now(), 1, false);
        assertThat(positions.claim("sink", run, "a", Duration.ofMinutes(1))).isPresent();
        postgres.execute("delete from run where id = '" + run + "'");
        assertThat(positions.save("sink", run, "a", new SinkPositions.Position(1, ""), false))
                .isFalse();
        assertThat(positions.claim("sink", run, "a", Duration.ofMinutes(1))).isEmpty();
    }

    @Test
    void aDatabaseThatIsAwaySaysSo() {
        Pool closed = postgres.pool(vertx, 1);
        closed.close().toCompletionStage().toCompletableFuture().join();
        SinkPositions away = new PostgresSinkPositions(new Database(closed));
        assertThatThrownBy(() -> away.unseenLive("sink", 1)).isInstanceOf(StoreUnavailable.class);
    }
}
