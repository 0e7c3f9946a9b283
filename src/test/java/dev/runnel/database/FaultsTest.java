package dev.runnel.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.TestPostgres;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FaultsTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "57P01", // shutting down
                "57P02", // crashed
                "57P03", // starting up
                "53300", // too many connections
                "53100", // disk full
                "08006", // connection failure
                "40001", // could not serialize
                "40P01", // deadlock
                "25006", // a standby
                "58030" // trouble with a disk
            })
    void aDatabaseThatCannotAnswerNowIsAway(String sqlState) {
        assertThat(Faults.isAway(refused(sqlState))).isTrue();
        assertThat(Faults.isAway(new CompletionException(refused(sqlState)))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"23505", "23503", "42601", "42P01", "22P02", "0A000", "28P01"})
    void aQuestionThatIsWrongIsNotAskedAgain(String sqlState) {
        assertThat(Faults.isAway(refused(sqlState))).isFalse();
    }

    @Test
    void aBrokenConnectionIsAway() {
        assertThat(Faults.isAway(new ConnectException("refused"))).isTrue();
        assertThat(Faults.isAway(new TimeoutException())).isTrue();
        assertThat(Faults.isAway(ClosedConnectionException.INSTANCE)).isTrue();
        assertThat(Faults.isAway(new IllegalStateException("a fault of ours"))).isFalse();
    }

    @Test
    void whatTheClientItselfSaysIsToldApart() throws Exception {
        TestPostgres postgres = TestPostgres.empty();
        Vertx vertx = Vertx.vertx();
        Pool pool = postgres.pool(vertx, 2);
        try {
            Database database = new Database(pool);
            assertThat(failure(database, "selec", Tuple.tuple())).isNotInstanceOf(away());
            assertThat(failure(database, "select $1::integer", Tuple.of("no number")))
                    .isNotInstanceOf(away());
            assertThat(failure(database, "select $1::integer", Tuple.tuple()))
                    .isNotInstanceOf(away());
            assertThat(failure(database, "select 1 / $1::integer", Tuple.of(0)))
                    .isNotInstanceOf(away());
            assertThat(
                            failure(
                                    database,
                                    "select pg_terminate_backend(pg_backend_pid())",
                                    Tuple.tuple()))
                    .isInstanceOf(away());
            assertThat(sizeOfOne(database)).isEqualTo(1);
        } finally {
            pool.close().toCompletionStage().toCompletableFuture().get();
            vertx.close().toCompletionStage().toCompletableFuture().get();
        }
    }

    /// The pool may give out the ended connection once more before it hears of its end.
    private static int sizeOfOne(Database database) throws InterruptedException {
        try {
            return database.query("select 1", Tuple.tuple(), SOON).size();
        } catch (DatabaseAway e) {
            return database.query("select 1", Tuple.tuple(), SOON).size();
        }
    }

    private static Class<DatabaseAway> away() {
        return DatabaseAway.class;
    }

    private static Throwable failure(Database database, String sql, Tuple parameters)
            throws InterruptedException {
        try {
            database.query(sql, parameters, SOON);
            throw new AssertionError("no failure: " + sql);
        } catch (RuntimeException e) {
            return e;
        }
    }

    private static PgException refused(String sqlState) {
        return new PgException("refused", "ERROR", sqlState, "");
    }
}
