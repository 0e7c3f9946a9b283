package dev.runnel.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.driver.DriverSettings;
import dev.runnel.driver.ScriptedExecutor;
import dev.runnel.eventlog.DrivenRun;
import dev.runnel.eventlog.MemoryEventLog;
import dev.runnel.executor.StepSpec.Limits;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.RunEnded;
import dev.runnel.run.RunEvent.RunStateChanged;
import dev.runnel.run.RunId;
import dev.runnel.run.RunState;
import dev.runnel.store.MemoryRunStore;
import dev.runnel.store.RunStore.Claim;
import dev.runnel.workspace.SnapshotSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JanitorTest {
    private static final Clock CLOCK = Clock.systemUTC();

    @TempDir Path folder;

    private final MemoryEventLog log = new MemoryEventLog();
    private final MemoryRunStore store = new MemoryRunStore(log, CLOCK);

    @Test
    void foldersOfRunsThatEndedAreRemovedAndAllOthersStay() throws Exception {
        RunId ended = run(true);
        RunId live = run(false);
        List<Path> gone =
                List.of(
                        create("workspaces/" + ended),
                        create("workspaces/" + ended + ".push"),
                        create("snapshots/" + ended + ".part"));
        List<Path> kept =
                List.of(
                        create("workspaces/" + live),
                        create("workspaces/" + live + ".push"),
                        create("snapshots/" + live + ".1"),
                        create("snapshots/" + ended + ".1"),
                        create("workspaces/" + DrivenRun.requested().id()),
                        create("workspaces/" + ended + ".backup"),
                        create("workspaces/somebody-elses.push"));

        assertThat(janitor().sweep()).isEqualTo(gone.size());

        assertThat(gone).noneMatch(Files::exists);
        assertThat(kept).allMatch(Files::exists);
        assertThat(janitor().sweep()).isZero();
    }

    private Janitor janitor() {
        DriverSettings settings =
                new DriverSettings(
                        "test",
                        folder.resolve("workspaces"),
                        new SnapshotSettings(
                                folder.resolve("snapshots"), 1000, 1000, Duration.ofDays(3650)),
                        new Limits(1, 1, 1),
                        Duration.ofMinutes(1),
                        1,
                        Duration.ofSeconds(1),
                        Optional.empty());
        return new Janitor(new ScriptedExecutor(), store, settings, CLOCK);
    }

    private Path create(String name) throws Exception {
        Path created = Files.createDirectories(folder.resolve(name));
        Files.writeString(created.resolve("file"), "x");
        return created;
    }

    private RunId run(boolean ended) throws Exception {
        Run run = DrivenRun.requested();
        store.submit(run, Optional.empty());
        Claim claim = store.claim(run.id(), "test", Duration.ofMinutes(5)).orElseThrow();
        DrivenRun driven = new DrivenRun(claim.run(), claim.lease().fence());
        log.append(driven.begin());
        if (ended) {
            log.append(driven.chunk(RunStateChanged.to(RunState.FAILED)));
            log.append(driven.chunk(new RunEnded(RunState.FAILED, driven.run().events() + 1)));
        }
        return run.id();
    }
}
