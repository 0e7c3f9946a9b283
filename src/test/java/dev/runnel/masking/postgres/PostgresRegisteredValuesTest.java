package dev.runnel.masking.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.TestPostgres;
import dev.runnel.database.Database;
import dev.runnel.masking.SecretsUnreadable;
import dev.runnel.run.RunId;
import dev.runnel.sealing.SecretBox;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PostgresRegisteredValuesTest {
    private final Vertx vertx = Vertx.vertx();
    private final TestPostgres postgres = TestPostgres.migrated();
    private final Pool pool = postgres.pool(vertx, 2);
    private final PostgresRegisteredValues values =
            new PostgresRegisteredValues(new Database(pool), box(1));

    @AfterAll
    void close() throws Exception {
        pool.close().toCompletionStage().toCompletableFuture().get();
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    @Test
    void valuesAreKeptOnceForEachRunWhateverTheyHold() throws InterruptedException {
        RunId one = stored();
        RunId other = stored();
        String longest = "\0ü😀'\"\\" + "x".repeat(32_000);
        values.keep(one, longest);
        values.keep(one, longest);
        values.keep(one, "second");
        values.keep(other, "third");
        assertThat(values.of(List.of(one))).containsExactlyInAnyOrder(longest, "second");
        assertThat(values.of(List.of(one, other, id())))
                .containsExactlyInAnyOrder(longest, "second", "third");
        assertThat(values.of(List.of())).isEmpty();
    }

    @Test
    void valuesAreNotInTheClearAndThoseOfAnOlderVersionAreStillRead() throws Exception {
        RunId run = stored();
        values.keep(run, "hunter22");
        assertThat(
                        postgres.text(
                                "select encode(value, 'escape') from registered_value"
                                        + " where run = '"
                                        + run
                                        + "'"))
                .contains("runnel-sealed")
                .doesNotContain("hunter22");
        postgres.execute(
                "insert into registered_value (run, value) values ('" + run + "', 'older')");
        assertThat(values.of(List.of(run))).containsExactlyInAnyOrder("hunter22", "older");
        PostgresRegisteredValues others = new PostgresRegisteredValues(new Database(pool), box(2));
        assertThatThrownBy(() -> others.of(List.of(run)))
                .isInstanceOf(SecretsUnreadable.class)
                .hasMessageContaining(box(1).keyId())
                .hasMessageContaining("runnel.secrets.key");
    }

    private static SecretBox box(int seed) {
        byte[] key = new byte[SecretBox.KEY_BYTES];
        new Random(seed).nextBytes(key);
        return new SecretBox(key, List.of());
    }

    @Test
    void valuesGoWithTheirRun() throws InterruptedException {
        RunId run = stored();
        values.keep(run, "value");
        postgres.execute("delete from run where id = '" + run + "'");
        assertThat(values.of(List.of(run))).isEmpty();
        values.keep(run, "nobody needs it any more");
        assertThat(values.of(List.of(run))).isEmpty();
    }

    private RunId stored() {
        RunId run = id();
        postgres.execute(
                "insert into run (id, url, repository, request, created_at, state) values ('"
                        + run
                        + "', 'u', 'r', '{}', now(), 'PENDING')");
        return run;
    }

    private static RunId id() {
        return RunId.at(Instant.now(), new Random());
    }
}
