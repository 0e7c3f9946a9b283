package dev.runnel.workspace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent;
import dev.runnel.run.RunEvent.RunEnded;
import dev.runnel.run.RunEvent.RunStateChanged;
import dev.runnel.run.RunId;
import dev.runnel.run.RunRequest;
import dev.runnel.run.RunState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotSweepTest {
    private static final Instant NOW = Instant.parse("2026-05-06T07:08:09Z");

    @TempDir Path temp;

    private final Map<RunId, Run> runs = new HashMap<>();

    @Test
    void onlyWhatARerunMayNeedStays() throws Exception {
        RunId live = run(Optional.empty(), Duration.ZERO);
        RunId failed = run(Optional.of(RunState.FAILED), Duration.ofMinutes(59));
        RunId aborted = run(Optional.of(RunState.ABORTED), Duration.ofMinutes(1));
        RunId old = run(Optional.of(RunState.FAILED), Duration.ofMinutes(61));
        RunId successful = run(Optional.of(RunState.SUCCESSFUL), Duration.ofMinutes(1));
        Path unfinished = Files.createDirectory(folder().resolve(failed + ".part"));
        Path halfRemoved = Files.createDirectory(folder().resolve(aborted + ".1.gone"));
        Path alive = Files.createDirectory(folder().resolve(live + ".part"));
        Path unknown = take(RunId.at(NOW.minusSeconds(7200), RandomGenerator.getDefault()));
        Path unknownYet = take(RunId.at(NOW, RandomGenerator.getDefault()));
        Path foreign = Files.createDirectory(folder().resolve("not-ours"));

        assertThat(sweep(1000)).isEqualTo(5);

        assertThat(List.of(folder(live), folder(failed), folder(aborted))).allMatch(Files::exists);
        assertThat(List.of(alive, unknownYet, foreign)).allMatch(Files::exists);
        assertThat(List.of(folder(old), folder(successful), unfinished, halfRemoved, unknown))
                .noneMatch(Files::exists);
        assertThat(sweep(1000)).isZero();
    }

    @Test
    void theOldestGoWhenAllAreTooLarge() throws Exception {
        RunId oldest = run(Optional.of(RunState.FAILED), Duration.ofMinutes(30));
        RunId newest = run(Optional.of(RunState.FAILED), Duration.ofMinutes(10));
        RunId older = run(Optional.of(RunState.FAILED), Duration.ofMinutes(20));
        RunId live = run(Optional.empty(), Duration.ZERO);

        assertThat(sweep(200)).isEqualTo(1);
        assertThat(folder(oldest)).doesNotExist();
        assertThat(sweep(199)).isEqualTo(1);
        assertThat(folder(older)).doesNotExist();
        assertThat(List.of(folder(newest), folder(live))).allMatch(Files::exists);
    }

    private int sweep(long total) {
        return new SnapshotSweep(new SnapshotSettings(folder(), 1000, total, Duration.ofHours(1)))
                .sweep(id -> Optional.ofNullable(runs.get(id)), NOW);
    }

    private Path folder() {
        return temp.resolve("snapshots");
    }

    private Path folder(RunId run) {
        return folder().resolve(run + ".1");
    }

    /// A snapshot of 100 bytes after step 1.
    private Path take(RunId run) throws IOException {
        Files.createDirectories(folder(run));
        Files.write(folder(run).resolve("file"), new byte[100]);
        return folder(run);
    }

    private RunId run(Optional<RunState> end, Duration ago) throws IOException {
        Instant at = NOW.minus(ago);
        RunId id = RunId.at(at, RandomGenerator.getDefault());
        Run run = Run.requested(id, RunRequest.of("url"), at);
        run = after(run, at, RunStateChanged.to(RunState.PENDING));
        run = after(run, at, RunStateChanged.to(RunState.IN_PROGRESS));
        if (end.isPresent()) {
            run = after(run, at, RunStateChanged.to(end.get()));
            run = after(run, at, new RunEnded(end.get(), run.events() + 1));
        }
        runs.put(id, run);
        take(id);
        return id;
    }

    private static Run after(Run run, Instant at, RunEvent event) {
        return run.after(new RecordedEvent(run.events() + 1, at, event));
    }
}
