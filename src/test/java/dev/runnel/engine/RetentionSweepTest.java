package dev.runnel.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.artifact.ArtifactLimits;
import dev.runnel.artifact.ArtifactOwner.OfStep;
import dev.runnel.artifact.ArtifactStore;
import dev.runnel.artifact.directory.DirectoryArtifactStore;
import dev.runnel.eventlog.MemoryEventLog;
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import dev.runnel.run.RunRequest;
import dev.runnel.store.MemoryRunStore;
import dev.runnel.store.RunRetention;
import dev.runnel.store.StoreUnavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

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
    private final MemoryRunStore store =
            new MemoryRunStore(new MemoryEventLog(), InstantSource.fixed(NOW));

    @TempDir Path folder;

    private ArtifactStore artifacts;

    @BeforeEach
    void makeArtifacts() {
        artifacts =
                new DirectoryArtifactStore(
                        folder.resolve("artifacts"),
                        new ArtifactLimits(1000, 10, 10_000),
                        Clock.fixed(NOW, ZoneOffset.UTC));
    }

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

    @Test
    void filesOfRunsThatAreGoneAreRemovedWithoutARule() throws Exception {
        Files.writeString(Files.createDirectory(folder.resolve("from")).resolve("a"), "one");
        Run known =
                Run.requested(
                        RunId.at(NOW, RandomGenerator.getDefault()), RunRequest.of("url"), NOW);
        store.submit(known, Optional.empty());
        OfStep gone = new OfStep(RunId.at(NOW, RandomGenerator.getDefault()), 1);
        for (OfStep step : List.of(gone, new OfStep(known.id(), 1))) {
            artifacts.store(step, folder.resolve("from"), _ -> true);
        }
        try (RetentionSweep sweep = sweep(NONE)) {
            sweep.sweep();
        }
        assertThat(artifacts.of(gone.run())).isEmpty();
        assertThat(artifacts.of(known.id())).hasSize(1);
    }

    private RetentionSweep sweep(RetentionRules rules) {
        return new RetentionSweep(asked, store, artifacts, rules, InstantSource.fixed(NOW));
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
