package dev.runnel.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.TestPostgres;
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import dev.runnel.run.RunRequest;
import dev.runnel.sealing.SecretBox;
import dev.runnel.store.RunStore;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Secrets of requests in the table `run`.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SealedSecretsTest {
    private static final RunRequest REQUEST =
            RunRequest.of("https://git.example/a/b").withSecrets(Map.of("TOKEN", "open-sesame"));

    private final Vertx vertx = Vertx.vertx();
    private final TestPostgres postgres = TestPostgres.migrated();
    private final Pool pool = postgres.pool(vertx, 4);
    private final OpenedStore one = OpenedStore.over(vertx, pool, box(1));
    private final OpenedStore other = OpenedStore.over(vertx, pool, box(2));

    @AfterAll
    void close() {
        one.close();
        other.close();
        pool.close().toCompletionStage().toCompletableFuture().join();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void theyAreStoredSealedAndClaimedOpen() {
        RunId run = submitted(one.store());
        assertThat(postgres.text("select request from run where id = '" + run + "'"))
                .contains("TOKEN", "runnel-sealed")
                .doesNotContain("open-sesame");
        assertThat(claimed(one.store(), run)).isEqualTo(Map.of("TOKEN", "open-sesame"));
    }

    @Test
    void withoutTheirKeyTheyStaySealed() {
        RunId run = submitted(one.store());
        Map<String, String> secrets = claimed(other.store(), run);
        assertThat(secrets.keySet()).containsExactly("TOKEN");
        assertThat(secrets.values()).allMatch(SecretBox::isSealed);
    }

    @Test
    void thoseOfAnOlderVersionAreReadAsTheyAre() {
        RunId run = submitted(one.store());
        postgres.execute(
                "update run set request = '{\"variables\":{},\"secrets\":{\"A\":\"plain\"}}'"
                        + " where id = '"
                        + run
                        + "'");
        assertThat(claimed(other.store(), run)).isEqualTo(Map.of("A", "plain"));
    }

    private static RunId submitted(RunStore store) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        RunId id = RunId.at(now, RandomGenerator.getDefault());
        store.submit(Run.requested(id, REQUEST, now), Optional.empty());
        return id;
    }

    private static Map<String, String> claimed(RunStore store, RunId run) {
        return store.claim(run, "test", Duration.ofMinutes(1))
                .orElseThrow()
                .run()
                .request()
                .secrets();
    }

    private static SecretBox box(int seed) {
        byte[] key = new byte[SecretBox.KEY_BYTES];
        new Random(seed).nextBytes(key);
        return new SecretBox(key, List.of());
    }
}
