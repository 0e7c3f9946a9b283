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
import dev.runnel.run.CommandRun;
import dev.runnel.run.Reason;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunEvent.PipelineRead;
import dev.runnel.run.RunEvent.ProgressMade;
import dev.runnel.run.RunEvent.ResultPushed;
import dev.runnel.run.RunEvent.RunStateChanged;
import dev.runnel.run.RunEvent.StepKept;
import dev.runnel.run.RunId;
import dev.runnel.run.RunRequest;
import dev.runnel.run.RunRequest.Rerun;
import dev.runnel.run.RunState;
import dev.runnel.run.StepRun;
import dev.runnel.run.StepState;
import dev.runnel.source.Source.CheckoutRequest;
import dev.runnel.source.Source.PushRequest;
import dev.runnel.store.MemoryRunStore;
import dev.runnel.workspace.SnapshotSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What runs leave for one that repeats them, and what that makes of it.
@Timeout(20)
class RepeatedRunTest {
    private static final Clock CLOCK = Clock.systemUTC();

    @TempDir Path folder;

    private final ScriptedExecutor executor = new ScriptedExecutor();
    private final MemoryEventLog log = new MemoryEventLog();
    private final RunControl control = new RunControl(Duration.ofSeconds(1));
    private long snapshotLimit = 1L << 28;

    @Test
    void keptStepsAreSuccessfulWithoutRunningAndTheRestFindsTheirWorkspace() throws Exception {
        FolderSource source =
                new FolderSource("append one\nappend two\nshow;append half;exit 1\nprint four");
        Run original = drive(requested(), source);
        assertThat(lines(original)).containsExactly("one,two");

        Run again = drive(repeating(original, 2), source);

        assertThat(again.step(1).keptFrom()).contains(original.id());
        assertThat(again.steps())
                .extracting(StepRun::state)
                .containsExactly(
                        StepState.SUCCESSFUL,
                        StepState.SUCCESSFUL,
                        StepState.FAILED,
                        StepState.ABORTED);
        assertThat(again.step(1).attempt()).isZero();
        assertThat(again.step(1).commands())
                .extracting(CommandRun::state)
                .containsOnly(StepState.SKIPPED);
        assertThat(again.revision()).contains(FolderSource.REVISION);
        // what the failed step had written is not there
        assertThat(lines(again)).containsExactly("one,two");
        assertThat(source.checkedOut).hasSize(1);
    }

    @Test
    void aRepeatedRunCanItselfBeRepeated() throws Exception {
        FolderSource source = new FolderSource("append one\nshow;append two;exit 1\nshow;exit 2");
        Run original = drive(requested(), source);
        FolderSource better = new FolderSource("unused");
        Run second = drive(repeating(original, 1), better);
        Run third = drive(repeating(second, 1), better);
        assertThat(lines(third)).containsExactly("one");
        assertThat(third.step(1).keptFrom()).contains(original.id());
        assertThat(better.checkedOut).isEmpty();
    }

    @Test
    void withoutAWorkspaceEveryStepRunsAgainOnTheSameRevisionAndTheLogSaysWhy() throws Exception {
        snapshotLimit = 0;
        FolderSource source = new FolderSource("append one\nshow;exit 1");
        Run original = drive(requested(), source);

        Run again = drive(repeating(original, 1), source);

        assertThat(again.step(1).keptFrom()).isEmpty();
        assertThat(again.step(1).attempt()).isEqualTo(1);
        assertThat(lines(again)).containsExactly("one");
        assertThat(progress(again))
                .anyMatch(message ->
                        message.startsWith("every step runs again, because ")
                                && message.contains("not on this machine"));
        assertThat(source.checkedOut.getLast())
                .extracting(CheckoutRequest::revision)
                .isEqualTo(Optional.of(FolderSource.REVISION));
    }

    @Test
    void aWorkspaceThatIsTooLargeIsToldOfOnceAndTheRunGoesOn() throws Exception {
        snapshotLimit = 4096;
        Run run = drive(requested(), new FolderSource("append one\nappend two\nappend three"));
        assertThat(run.state()).isEqualTo(RunState.SUCCESSFUL);
        assertThat(progress(run))
                .filteredOn(message -> message.contains("cannot be kept"))
                .hasSize(1);
    }

    @Test
    void aCommitThatIsGoneFailsTheRunAndSaysWhatToDo() throws Exception {
        RunRequest request =
                RunRequest.of("url")
                        .repeating(
                                new Rerun(
                                        requested().id(),
                                        Optional.of("f".repeat(40)),
                                        Map.of(),
                                        Optional.empty()),
                                Map.of());
        Run run = drive(requested(request), new FolderSource("print never"));
        assertThat(run.reason()).contains(Reason.REF_NOT_FOUND);
        assertThat(run.message().orElseThrow())
                .contains("there is no such commit", "the latest revision");
    }

    @Test
    void onlyARunThatWasNotSuccessfulLeavesAWorkspaceAndOnlyTheLastOne() throws Exception {
        drive(requested(), new FolderSource("append one\nappend two\nappend three"));
        assertThat(snapshots()).isEmpty();
        drive(requested(), new FolderSource("exit 1"));
        assertThat(snapshots()).isEmpty();
        Run failed =
                drive(requested(), new FolderSource("append one\nappend two\nexit 1\nprint x"));
        assertThat(snapshots())
                .containsExactlyInAnyOrder(failed.id() + ".2", failed.id() + ".2.steps");
    }

    @Test
    void aDriverThatTakesARunUpKnowsWhereTheBranchIs() throws Exception {
        FolderSource source = new FolderSource("commit:append one\nhang\ncommit:append three");
        Thread leaving =
                Thread.ofVirtual()
                        .start(() -> {
                            await(() -> log.all().stream().anyMatch(event -> isStarted(event, 2)));
                            control.leave();
                        });
        Run left = drive(requested(), source);
        leaving.join();
        assertThat(left.pushed()).contains(FolderSource.pushedRevision(1));
        assertThat(events(left))
                .contains(new ResultPushed(1, "main", FolderSource.pushedRevision(1)));

        RunControl next = new RunControl(Duration.ofSeconds(1));
        Run finished = continued(left, source, next);
        assertThat(finished.state()).isEqualTo(RunState.SUCCESSFUL);
        assertThat(source.pushed)
                .extracting(PushRequest::base)
                .containsExactly(FolderSource.REVISION, FolderSource.pushedRevision(1));
    }

    @Test
    void whatKeptStepsPushedIsNotPushedAgainAndIsTheBaseOfTheNextPush() throws Exception {
        FolderSource source = new FolderSource("commit:append one\nexit 1\nprint x");
        Run original = drive(requested(), source);
        Run again = drive(repeating(original, 1), source);
        assertThat(source.pushed).hasSize(1);
        assertThat(again.pushed()).contains(FolderSource.pushedRevision(1));
    }

    @Test
    void aCancelledStepEndsTheRunWhenItIsReached() throws Exception {
        control.cancel(2);
        Run run = drive(requested(), new FolderSource("print one\nprint never\nprint never"));
        assertThat(run.state()).isEqualTo(RunState.ABORTED);
        assertThat(run.reason()).contains(Reason.CANCELLED);
        assertThat(run.step(1).state()).isEqualTo(StepState.SUCCESSFUL);
        assertThat(run.step(2).state()).isEqualTo(StepState.ABORTED);
        assertThat(run.step(2).reason()).contains(Reason.CANCELLED);
        assertThat(run.step(2).attempt()).isZero();
        assertThat(run.step(3).state()).isEqualTo(StepState.ABORTED);
        assertThat(lines(run)).containsExactly("one");
    }

    @Test
    void aStepThatRunsIsStoppedAndOthersAreNot() throws Exception {
        Thread cancelling =
                Thread.ofVirtual()
                        .start(() -> {
                            await(() -> log.all().stream().anyMatch(event -> isStarted(event, 2)));
                            control.cancel(1);
                            control.cancel(2);
                            control.cancel(2);
                        });
        Run run = drive(requested(), new FolderSource("print one\nhang\nprint never"));
        cancelling.join();
        assertThat(run.step(1).state()).isEqualTo(StepState.SUCCESSFUL);
        assertThat(run.step(2).state()).isEqualTo(StepState.ABORTED);
        assertThat(run.state()).isEqualTo(RunState.ABORTED);
        assertThat(executor.leftovers()).isEmpty();
    }

    @Test
    void aDriverThatDiedWhileItRestoredIsFollowedByOneThatDoesItAgain() throws Exception {
        FolderSource source = new FolderSource("append one\nshow;exit 1");
        Run original = drive(requested(), source);
        Run again = repeating(original, 1);
        Files.createDirectories(folder.resolve("workspaces").resolve(again.id() + "/half"));
        try (RunJournal journal = new RunJournal(log, again, 1, CLOCK)) {
            journal.write(RunStateChanged.to(RunState.PENDING));
            journal.write(RunStateChanged.to(RunState.IN_PROGRESS));
            journal.flush();
            again = journal.run();
        }
        Run finished = drive(again, source);
        assertThat(finished.step(1).keptFrom()).contains(original.id());
        assertThat(lines(finished)).containsExactly("one");
    }

    @Test
    void thePipelineAndWhatIsKeptOfItAreStoredTogether() throws Exception {
        FolderSource source = new FolderSource("append one\nappend two\nexit 1");
        Run again = drive(repeating(drive(requested(), source), 2), source);
        assertThat(
                        log.chunks().stream()
                                .filter(chunk -> chunk.after().id().equals(again.id()))
                                .map(chunk ->
                                        chunk.events().stream().map(RecordedEvent::event).toList())
                                .filter(events ->
                                        events.stream().anyMatch(PipelineRead.class::isInstance)))
                .singleElement()
                .satisfies(events ->
                        assertThat(events.stream().filter(StepKept.class::isInstance)).hasSize(2));
    }

    private Run drive(Run run, FolderSource source) throws InterruptedException {
        return drive(run, source, control);
    }

    /// Takes up a run whose second step hangs, and lets that end.
    private Run continued(Run left, FolderSource source, RunControl next)
            throws InterruptedException {
        Thread ending =
                Thread.ofVirtual()
                        .start(() -> {
                            await(() -> log.run(left.id()).events() > left.events());
                            executor.endHanging();
                        });
        Run run = drive(left, source, next);
        ending.join();
        return run;
    }

    private Run drive(Run run, FolderSource source, RunControl orders) throws InterruptedException {
        DriverSettings settings =
                new DriverSettings(
                        "test",
                        folder.resolve("workspaces"),
                        new SnapshotSettings(
                                folder.resolve("snapshots"),
                                snapshotLimit,
                                1L << 30,
                                Duration.ofHours(1)),
                        new Limits(1 << 28, 1, 100),
                        Duration.ofMinutes(1),
                        1_000_000,
                        Duration.ofSeconds(1),
                        Optional.empty());
        RunDrivers drivers =
                new RunDrivers(
                        new MemoryRunStore(new MemoryEventLog(), Clock.systemUTC()),
                        new MemoryStepGroups(MemoryStepGroups.Leases.ALL),
                        source,
                        List.of(new LinesFormat()),
                        executor,
                        log,
                        new MemoryRegisteredValues(),
                        FolderArtifacts.in(folder),
                        settings,
                        new StepPlaces(10),
                        CLOCK);
        try (RunJournal journal = new RunJournal(log, run, 1, CLOCK)) {
            RunDriver driver = drivers.driver(journal, orders);
            driver.drive();
            driver.cleanUp();
            return journal.run();
        }
    }

    private static Run requested() {
        return requested(RunRequest.of("url"));
    }

    private static Run requested(RunRequest request) {
        Instant now = CLOCK.instant();
        return Run.requested(RunId.at(now, RandomGenerator.getDefault()), request, now);
    }

    private static Run repeating(Run original, int kept) {
        return requested(
                original.request()
                        .repeating(
                                new Rerun(
                                        original.id(),
                                        original.revision(),
                                        original.steps().subList(0, kept).stream()
                                                .collect(
                                                        Collectors.toMap(
                                                                StepRun::number,
                                                                step ->
                                                                        step.keptFrom()
                                                                                .orElse(
                                                                                        original
                                                                                                .id()))),
                                        original.pushed()),
                                Map.of()));
    }

    private List<RunEvent> events(Run run) {
        return log.read(run.id(), 0, Integer.MAX_VALUE).stream().map(RecordedEvent::event).toList();
    }

    private List<String> lines(Run run) {
        return events(run).stream()
                .filter(OutputWritten.class::isInstance)
                .map(event -> ((OutputWritten) event).line().text())
                .toList();
    }

    private List<String> progress(Run run) {
        return events(run).stream()
                .filter(ProgressMade.class::isInstance)
                .map(event -> ((ProgressMade) event).message())
                .toList();
    }

    private List<String> snapshots() throws IOException {
        Path snapshots = folder.resolve("snapshots");
        if (!Files.exists(snapshots)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(snapshots)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }

    private static boolean isStarted(RecordedEvent recorded, int step) {
        return recorded.event() instanceof RunEvent.CommandStarted started
                && started.step() == step;
    }

    private static void await(java.util.function.BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
