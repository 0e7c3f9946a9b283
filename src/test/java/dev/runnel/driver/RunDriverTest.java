package dev.runnel.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.runnel.artifact.FolderArtifacts;
import dev.runnel.attempt.RunControl;
import dev.runnel.attempt.RunControl.Order;
import dev.runnel.eventlog.JournalClosed;
import dev.runnel.eventlog.MemoryEventLog;
import dev.runnel.eventlog.RunJournal;
import dev.runnel.executor.StepPlaces;
import dev.runnel.executor.StepSpec.Limits;
import dev.runnel.group.MemoryStepGroups;
import dev.runnel.masking.MemoryRegisteredValues;
import dev.runnel.run.Reason;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunEvent.ProblemFound;
import dev.runnel.run.RunEvent.RunEnded;
import dev.runnel.run.RunEvent.StepStateChanged;
import dev.runnel.run.RunId;
import dev.runnel.run.RunRequest;
import dev.runnel.run.RunState;
import dev.runnel.run.StepRun;
import dev.runnel.run.StepState;
import dev.runnel.source.Source.PushRequest;
import dev.runnel.store.MemoryRunStore;
import dev.runnel.workspace.SnapshotSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class RunDriverTest {
    private static final Clock CLOCK = Clock.systemUTC();

    @TempDir Path folder;

    private final ScriptedExecutor executor = new ScriptedExecutor();
    private final MemoryEventLog log = new MemoryEventLog();
    private final RunControl control = new RunControl(Duration.ofSeconds(1));
    private Duration stepTimeout = Duration.ofMinutes(1);
    private long outputLimit = 1_000_000;
    private long runOutputLimit = 1_000_000;
    private long snapshotLimit = 1L << 28;
    private Optional<Duration> patience = Optional.empty();

    @Test
    void stepsRunInOrderAndTheRunEndsSuccessful() throws Exception {
        Run run = drive("print one\nprint two;print three");
        assertThat(run.state()).isEqualTo(RunState.SUCCESSFUL);
        assertThat(run.steps()).extracting(StepRun::state).containsOnly(StepState.SUCCESSFUL);
        assertThat(run.revision()).contains(FolderSource.REVISION);
        assertThat(lines(run)).containsExactly("one", "two", "three");
        assertThat(events(run).getLast().event())
                .isEqualTo(new RunEnded(RunState.SUCCESSFUL, run.events()));
    }

    @Test
    void aFailedStepAbortsThoseAfterIt() throws Exception {
        Run run = drive("print one\nexit 3\nprint never");
        assertThat(run.state()).isEqualTo(RunState.FAILED);
        assertThat(run.reason()).contains(Reason.EXIT_CODE);
        assertThat(run.step(2).exitCode()).contains(3);
        assertThat(run.step(3).state()).isEqualTo(StepState.ABORTED);
        assertThat(run.step(3).reason()).contains(Reason.EARLIER_STEP);
        assertThat(lines(run)).containsExactly("one");
    }

    @Test
    void whatTheExecutorSaysBecomesTheReason() throws Exception {
        assertThat(drive("vanish").reason()).contains(Reason.LOST);
        assertThat(drive("exhaust").reason()).contains(Reason.OUT_OF_MEMORY);
        assertThat(drive("refuse").reason()).contains(Reason.IMAGE_NOT_FOUND);
        assertThat(drive("lose-engine").reason()).contains(Reason.LOST);
    }

    @Test
    void aFileWithFaultsFailsTheRunAndTheProblemsAreEvents() throws Exception {
        Run run = drive("");
        assertThat(run.reason()).contains(Reason.INVALID_PIPELINE);
        assertThat(events(run).stream().map(RecordedEvent::event))
                .anyMatch(event ->
                        event instanceof ProblemFound(var problem)
                                && problem.code().equals("empty-file"));
    }

    @Test
    void aRepositoryThatIsMissingFailsTheRun() throws Exception {
        assertThat(drive(requested("missing"), "print x").reason())
                .contains(Reason.REPOSITORY_NOT_FOUND);
    }

    @Test
    void aStepThatTakesTooLongIsStopped() throws Exception {
        stepTimeout = Duration.ofMillis(50);
        Run run = drive("hang\nprint never");
        assertThat(run.reason()).contains(Reason.TIMEOUT);
        assertThat(run.step(1).state()).isEqualTo(StepState.FAILED);
    }

    @Test
    void aStepThatPrintsTooMuchIsStopped() throws Exception {
        outputLimit = 10;
        Run run = drive("print 12345;print 67890;hang");
        assertThat(run.reason()).contains(Reason.OUTPUT_LIMIT);
        assertThat(lines(run)).containsExactly("12345");
    }

    @Test
    void aRunThatPrintsTooMuchIsStopped() throws Exception {
        runOutputLimit = 12;
        Run run = drive("print 12345\nprint 67890;print x;hang");
        assertThat(run.reason()).contains(Reason.OUTPUT_LIMIT);
        assertThat(run.message().orElseThrow()).contains("the run printed more than 12 bytes");
        assertThat(run.step(1).state()).isEqualTo(StepState.SUCCESSFUL);
        assertThat(lines(run)).containsExactly("12345", "67890");
    }

    @Test
    void whatWasPrintedBeforeATakeOverCounts() throws Exception {
        Thread leaving =
                Thread.ofVirtual()
                        .start(() -> {
                            awaitLine("12345");
                            control.leave();
                        });
        FolderSource source = new FolderSource("print 12345;hang\nprint 67890;hang");
        Run left = drive(requested("url"), source, control);
        leaving.join();
        executor.endHanging();
        runOutputLimit = 11;
        Run run = drive(left, source, new RunControl(Duration.ofSeconds(1)));
        assertThat(run.reason()).contains(Reason.OUTPUT_LIMIT);
        assertThat(lines(run)).containsExactly("12345");
    }

    @Test
    void aCancelledRunIsAborted() throws Exception {
        Thread cancelling =
                Thread.ofVirtual()
                        .start(() -> {
                            awaitLine("started");
                            control.cancel();
                        });
        Run run = drive("print started;hang\nprint never");
        cancelling.join();
        assertThat(run.state()).isEqualTo(RunState.ABORTED);
        assertThat(run.reason()).contains(Reason.CANCELLED);
        assertThat(run.steps()).extracting(StepRun::state).containsOnly(StepState.ABORTED);
        assertThat(executor.leftovers()).isEmpty();
    }

    @Test
    void aRunCancelledBeforeItsTurnNeverStarts() throws Exception {
        control.cancel();
        Run run = drive("print never");
        assertThat(run.state()).isEqualTo(RunState.ABORTED);
        assertThat(run.startedAt()).isEmpty();
        assertThat(run.ended()).isTrue();
    }

    @Test
    void cancellingInterruptsAClone() throws Exception {
        Thread cancelling = Thread.ofVirtual().start(() -> sleepThen(control::cancel));
        Run run = drive(requested("slow"), "print never");
        cancelling.join();
        assertThat(run.state()).isEqualTo(RunState.ABORTED);
    }

    @Test
    void aRunThatWasLeftIsTakenUpWithoutRepeatingACommand() throws Exception {
        Thread leaving =
                Thread.ofVirtual()
                        .start(() -> {
                            awaitLine("two");
                            control.leave();
                        });
        FolderSource source = new FolderSource("print one;print two;hang;print three\nprint four");
        Run left = drive(requested("url"), source, control);
        leaving.join();
        assertThat(left.state()).isEqualTo(RunState.IN_PROGRESS);
        assertThat(executor.leftovers()).hasSize(1);

        RunControl next = new RunControl(Duration.ofSeconds(1));
        // the scripted executor hangs at the command that was started and not finished
        Thread cancelling =
                Thread.ofVirtual()
                        .start(() -> {
                            awaitEvents(left.events() + 1);
                            next.cancel();
                        });
        Run taken = drive(left, source, next);
        cancelling.join();
        assertThat(lines(taken)).containsExactly("one", "two");
        assertThat(taken.state()).isEqualTo(RunState.ABORTED);
    }

    @Test
    void anAttemptThatNobodyHoldsAnyMoreIsLost() throws Exception {
        Thread leaving =
                Thread.ofVirtual()
                        .start(() -> {
                            awaitLine("one");
                            control.leave();
                        });
        FolderSource source = new FolderSource("print one;hang");
        Run left = drive(requested("url"), source, control);
        leaving.join();
        executor.leftovers().forEach(executor::destroy);
        Run taken = drive(left, source, new RunControl(Duration.ofSeconds(1)));
        assertThat(taken.reason()).contains(Reason.LOST);
        assertThat(taken.state()).isEqualTo(RunState.FAILED);
    }

    @Test
    void anAttemptThatWasStoredAndNeverBegunIsBegunByTheNextDriver() throws Exception {
        executor.setStuck(true);
        Thread leaving =
                Thread.ofVirtual()
                        .start(() -> {
                            await(() ->
                                    log.all().stream()
                                            .anyMatch(recorded ->
                                                    recorded.event() instanceof StepStateChanged));
                            control.leave();
                        });
        FolderSource source = new FolderSource("print one\nprint two");
        Run left = drive(requested("url"), source, control);
        leaving.join();
        assertThat(left.step(1).state()).isEqualTo(StepState.IN_PROGRESS);
        executor.setStuck(false);
        Run taken = drive(left, source, new RunControl(Duration.ofSeconds(1)));
        assertThat(taken.state()).isEqualTo(RunState.SUCCESSFUL);
        assertThat(taken.step(1).attempt()).isEqualTo(1);
        assertThat(lines(taken)).containsExactly("one", "two");
    }

    @Test
    void aCloneByADriverThatLostItsLeaseTouchesNothing() throws Exception {
        Run run = requested("url");
        log.begin(run);
        log.raiseFence(run.id());
        FolderSource sleeper = new FolderSource("print one", () -> log.raiseFence(run.id()));
        assertThatExceptionOfType(JournalClosed.class)
                .isThrownBy(() -> drive(run, sleeper, control));
        assertThat(folder.resolve(run.id().toString())).doesNotExist();
        assertThat(lines(run)).isEmpty();
    }

    @Test
    void aStepThatCommitsPushesOnlyAfterSuccess() throws Exception {
        FolderSource source = new FolderSource("commit:print one\ncommit:exit 1");
        drive(requested("url"), source, control);
        assertThat(source.pushed)
                .extracting(PushRequest::message)
                .containsExactly("Result of step 1 (step 1)");
    }

    @Test
    void withoutAnEngineTheRunFailsOrWaits() throws Exception {
        executor.setUnavailable(Optional.of("nobody there"));
        assertThat(drive("print x").reason()).contains(Reason.EXECUTOR_UNAVAILABLE);
        patience = Optional.of(Duration.ofSeconds(10));
        Thread back =
                Thread.ofVirtual()
                        .start(() -> sleepThen(() -> executor.setUnavailable(Optional.empty())));
        assertThat(drive("print x").state()).isEqualTo(RunState.SUCCESSFUL);
        back.join();
    }

    @Test
    void anEndedRunLeavesNoWorkspaceAndNoContainer() throws Exception {
        drive("print one\nexit 1");
        assertThat(executor.leftovers()).isEmpty();
        try (var entries = Files.list(folder.resolve("workspaces"))) {
            assertThat(entries).isEmpty();
        }
        assertThat(control.order()).isEqualTo(Order.NONE);
    }

    private Run drive(String file) throws InterruptedException {
        return drive(requested("url"), file);
    }

    private Run drive(Run run, String file) throws InterruptedException {
        return drive(run, new FolderSource(file), control);
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
                        stepTimeout,
                        outputLimit,
                        runOutputLimit,
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(5),
                        patience);
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

    private static Run requested(String url) {
        Instant now = CLOCK.instant();
        return Run.requested(RunId.at(now, RandomGenerator.getDefault()), RunRequest.of(url), now);
    }

    private List<RecordedEvent> events(Run run) {
        return log.read(run.id(), 0, Integer.MAX_VALUE);
    }

    private List<String> lines(Run run) {
        return events(run).stream()
                .map(RecordedEvent::event)
                .filter(OutputWritten.class::isInstance)
                .map(event -> ((OutputWritten) event).line().text())
                .toList();
    }

    private void awaitLine(String text) {
        await(() ->
                log.all().stream()
                        .anyMatch(recorded ->
                                recorded.event() instanceof OutputWritten output
                                        && output.line().text().equals(text)));
    }

    private void awaitEvents(long count) {
        await(() -> log.all().size() >= count);
    }

    private static void await(java.util.function.BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            sleepThen(() -> {});
        }
    }

    private static void sleepThen(Runnable action) {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        action.run();
    }
}
