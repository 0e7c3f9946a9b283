package dev.runnel.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.artifact.FolderArtifacts;
import dev.runnel.attempt.RunControl;
import dev.runnel.eventlog.MemoryEventLog;
import dev.runnel.eventlog.RunJournal;
import dev.runnel.executor.StepPlaces;
import dev.runnel.executor.StepSpec.Limits;
import dev.runnel.group.MemoryStepGroups;
import dev.runnel.masking.MemoryRegisteredValues;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.Activity;
import dev.runnel.run.RunEvent.ProgressMade;
import dev.runnel.run.RunId;
import dev.runnel.run.RunRequest;
import dev.runnel.run.RunState;
import dev.runnel.run.StepState;
import dev.runnel.store.MemoryRunStore;
import dev.runnel.workspace.SnapshotSettings;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class StepBoundTest {
    private static final Clock CLOCK = Clock.systemUTC();

    @TempDir Path folder;

    private final MemoryEventLog log = new MemoryEventLog();
    private final StepPlaces places = new StepPlaces(1);
    private final RunControl control = new RunControl(Duration.ofSeconds(1));

    @Test
    void aStepWaitsForAPlaceAndSaysSo() throws Exception {
        assertThat(places.tryTake()).isTrue();
        CompletableFuture<Run> driven = drive("print one\nprint two");
        awaitWaiting();
        assertThat(places.taken()).isEqualTo(1);
        places.giveBack();
        Run run = driven.get(30, TimeUnit.SECONDS);
        assertThat(run.state()).isEqualTo(RunState.SUCCESSFUL);
        assertThat(places.taken()).isZero();
    }

    @Test
    void aRunIsCancelledWhileItsStepWaitsForAPlace() throws Exception {
        assertThat(places.tryTake()).isTrue();
        CompletableFuture<Run> driven = drive("print one");
        awaitWaiting();
        control.cancel();
        Run run = driven.get(30, TimeUnit.SECONDS);
        assertThat(run.state()).isEqualTo(RunState.ABORTED);
        assertThat(run.step(1).state()).isEqualTo(StepState.ABORTED);
        assertThat(run.step(1).attempt()).isZero();
        assertThat(places.taken()).isEqualTo(1);
    }

    @Test
    void aStepThatRunsAlreadyTakesAPlaceEvenWhenThereIsNone() throws Exception {
        assertThat(places.tryTake()).isTrue();
        places.takeAnyway();
        assertThat(places.taken()).isEqualTo(2);
        places.giveBack();
        assertThat(places.tryTake()).isFalse();
        places.giveBack();
        assertThat(places.tryTake()).isTrue();
        assertThat(places.max()).isEqualTo(1);
    }

    private void awaitWaiting() throws InterruptedException {
        while (log.all().stream().noneMatch(StepBoundTest::saysThatItWaits)) {
            Thread.sleep(5);
        }
    }

    private static boolean saysThatItWaits(RecordedEvent recorded) {
        return recorded.event() instanceof ProgressMade progress
                && progress.activity() == Activity.WAIT
                && progress.message().contains("among the 1 steps");
    }

    private CompletableFuture<Run> drive(String file) {
        DriverSettings settings =
                new DriverSettings(
                        "test",
                        folder,
                        SnapshotSettings.OFF,
                        new Limits(1 << 28, 1, 100),
                        Duration.ofMinutes(1),
                        1 << 20,
                        Duration.ofSeconds(1),
                        Optional.empty());
        RunDrivers drivers =
                new RunDrivers(
                        new MemoryRunStore(new MemoryEventLog(), Clock.systemUTC()),
                        new MemoryStepGroups(MemoryStepGroups.Leases.ALL),
                        new FolderSource(file),
                        List.of(new LinesFormat()),
                        new ScriptedExecutor(),
                        log,
                        new MemoryRegisteredValues(),
                        FolderArtifacts.in(folder),
                        settings,
                        places,
                        CLOCK);
        RunId id = RunId.at(CLOCK.instant(), RandomGenerator.getDefault());
        Run run = Run.requested(id, RunRequest.of("url"), CLOCK.instant());
        CompletableFuture<Run> driven = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(() -> {
                    try (RunJournal journal = new RunJournal(log, run, 1, CLOCK)) {
                        RunDriver driver = drivers.driver(journal, control);
                        driver.drive();
                        driver.cleanUp();
                        driven.complete(journal.run());
                    } catch (InterruptedException | RuntimeException e) {
                        driven.completeExceptionally(e);
                    }
                });
        return driven;
    }
}
