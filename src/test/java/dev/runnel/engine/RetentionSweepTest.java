package dev.runnel.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.run.RunId;
import dev.runnel.store.RunRetention;
import dev.runnel.store.StoreUnavailable;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RetentionSweepTest {
    private static final Instant NOW = Instant.parse("2026-07-01T00:00:00Z");
    private static final RetentionRules NONE =
            new RetentionRules(
                    Optional.empty(),
                    Optional.empty(),
                    OptionalInt.empty(),
                    OptionalInt.empty(),
                    Duration.ofMillis(10));

    private final Asked asked = new Asked();

    @Test
    void withoutARuleNothingIsAskedFor() throws Exception {
        try (RetentionSweep sweep = sweep(NONE)) {
            sweep.start();
            sweep.sweep();
        }
        assertThat(asked.questions).isEmpty();
    }

    @Test
    void batchesAreRemovedUntilOneIsNotFull() throws Exception {
        asked.answers.addAll(List.of(500, 500, 3, 50, 0));
        RetentionRules rules =
                new RetentionRules(
                        Optional.of(Duration.ofDays(7)),
                        Optional.of(Duration.ofDays(30)),
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        Duration.ofHours(1));
        try (RetentionSweep sweep = sweep(rules)) {
            sweep.sweep();
            assertThat(sweep.removedRuns()).isEqualTo(1003);
            assertThat(sweep.removedLogs()).isEqualTo(50);
        }
        assertThat(asked.questions)
                .containsExactly(
                        "runs before 2026-06-01T00:00:00Z",
                        "runs before 2026-06-01T00:00:00Z",
                        "runs before 2026-06-01T00:00:00Z",
                        "logs before 2026-06-24T00:00:00Z",
                        "logs before 2026-06-24T00:00:00Z");
    }

    @Test
    void theFirstOneBeyondTheNumberIsRemovedAsWell() throws Exception {
        asked.answers.addAll(List.of(1, 2));
        RetentionRules rules =
                new RetentionRules(
                        Optional.empty(),
                        Optional.empty(),
                        OptionalInt.of(1000),
                        OptionalInt.of(10),
                        Duration.ofHours(1));
        try (RetentionSweep sweep = sweep(rules)) {
            sweep.sweep();
        }
        assertThat(asked.questions)
                .containsExactly(
                        "first beyond 1000",
                        "runs before 2026-06-30T23:59:00.000001Z",
                        "beyond 10 of each");
    }

    @Test
    void itComesAgainAfterTheDatabaseWasAway() throws Exception {
        RetentionRules rules =
                new RetentionRules(
                        Optional.empty(),
                        Optional.of(Duration.ofDays(30)),
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        Duration.ofMillis(10));
        asked.away = true;
        try (RetentionSweep sweep = sweep(rules)) {
            sweep.start();
            assertThat(asked.twice.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private RetentionSweep sweep(RetentionRules rules) {
        return new RetentionSweep(asked, rules, InstantSource.fixed(NOW));
    }

    /// Notes what it is asked for and answers as told.
    private static final class Asked implements RunRetention {
        private final List<String> questions = Collections.synchronizedList(new ArrayList<>());
        private final List<Integer> answers = new ArrayList<>();
        private final CountDownLatch twice = new CountDownLatch(2);
        private volatile boolean away;

        private int answer(String question) {
            questions.add(question);
            twice.countDown();
            if (away) {
                throw new StoreUnavailable(new IOException("away"));
            }
            return answers.removeFirst();
        }

        @Override
        public int removeRuns(Instant endedBefore, int atMost) {
            return answer("runs before " + endedBefore);
        }

        @Override
        public int removeBeyond(int keptOfEach, int atMost) {
            return answer("beyond " + keptOfEach + " of each");
        }

        @Override
        public Optional<Instant> endOfFirstBeyond(int kept) {
            questions.add("first beyond " + kept);
            return Optional.of(NOW.minusSeconds(60));
        }

        @Override
        public int removeLogs(Instant endedBefore, int atMost) {
            return answer("logs before " + endedBefore);
        }

        @Override
        public Optional<Keeping> pin(RunId run, boolean pinned) {
            return Optional.empty();
        }

        @Override
        public Optional<Keeping> keeping(RunId run) {
            return Optional.empty();
        }
    }
}
