package dev.runnel.eventlog;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.eventlog.EventLog.Chunk;
import dev.runnel.eventlog.EventLog.StepAttempt;
import dev.runnel.eventlog.EventLog.StepPosition;
import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.CommandStarted;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunEvent.PipelineRead;
import dev.runnel.run.RunEvent.RunStateChanged;
import dev.runnel.run.RunState;
import dev.runnel.run.StepState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RunJournalTest {
    private static final StepAttempt BUILD = new StepAttempt(1, 1);
    // long enough that nothing in a test is stored because time passed
    private static final JournalLimits PATIENT =
            new JournalLimits(Duration.ofHours(1), 64 << 10, 256 << 10, 4 << 20);

    private static final Instant START = Instant.parse("2026-01-02T03:04:05.123456789Z");

    private final MemoryEventLog log = new MemoryEventLog();
    private final Run run = DrivenRun.requested("u", START.minusSeconds(1));
    private final AtomicReference<Instant> now = new AtomicReference<>(START);
    private final Clock clock = ((InstantSource) now::get).withZone(ZoneOffset.UTC);
    private long fence;

    @BeforeEach
    void lease() {
        log.begin(run);
        fence = log.raiseFence(run.id());
    }

    @Test
    void eventsGetTheirNumbersAndTimesInMicroseconds() throws Exception {
        try (RunJournal journal = journal(PATIENT)) {
            RecordedEvent first = journal.write(RunStateChanged.to(RunState.PENDING));
            assertThat(first.seq()).isEqualTo(1);
            assertThat(first.at()).isEqualTo("2026-01-02T03:04:05.123456Z");
            journal.write(RunStateChanged.to(RunState.IN_PROGRESS));
            assertThat(journal.run().state()).isEqualTo(RunState.IN_PROGRESS);
            journal.flush();
            assertThat(log.all()).extracting(RecordedEvent::seq).containsExactly(1L, 2L);
            assertThat(log.run(run.id())).isEqualTo(journal.run());
        }
    }

    @Test
    void timeNeverGoesBackWithinARun() throws Exception {
        try (RunJournal journal = journal(PATIENT)) {
            journal.write(RunStateChanged.to(RunState.PENDING));
            now.set(START.minusSeconds(100));
            journal.write(DrivenRun.output("a"));
            now.set(START.plusSeconds(1));
            journal.write(DrivenRun.output("b"));
        }
        assertThat(log.all()).extracting(RecordedEvent::at).isSorted();

        // another machine takes over, and its clock is behind
        now.set(START.minusSeconds(100));
        try (RunJournal journal =
                new RunJournal(log, log.run(run.id()), log.raiseFence(run.id()), clock)) {
            journal.write(DrivenRun.output("c"));
        }
        assertThat(log.all()).hasSize(4).extracting(RecordedEvent::at).isSorted();
    }

    @Test
    void aMoveThatIsNotLegalThrowsAndWritesNothing() throws Exception {
        try (RunJournal journal = journal(PATIENT)) {
            journal.write(RunStateChanged.to(RunState.PENDING));
            assertThatThrownBy(() -> journal.write(RunStateChanged.to(RunState.SUCCESSFUL)))
                    .isInstanceOf(IllegalStateException.class)
                    .isNotInstanceOf(JournalClosed.class);
            journal.write(RunStateChanged.to(RunState.IN_PROGRESS));
        }
        assertThat(log.all()).extracting(RecordedEvent::seq).containsExactly(1L, 2L);
    }

    @Test
    void theFirstLineIsStoredAtOnceAndTheNextOnesWait() throws Exception {
        try (RunJournal journal = journal(PATIENT)) {
            journal.write(DrivenRun.output("first"));
            await(() -> log.all().size() == 1);
            for (int line = 0; line < 10; line++) {
                journal.write(DrivenRun.output("more"));
            }
            assertThat(log.all()).hasSize(1);
            journal.flush();
            assertThat(log.chunks()).extracting(chunk -> chunk.events().size()).contains(1, 10);
        }
    }

    @Test
    void outputThatWaitedItsTimeIsStored() {
        JournalLimits limits =
                new JournalLimits(Duration.ofMillis(20), 64 << 10, 256 << 10, 4 << 20);
        try (RunJournal journal = journal(limits)) {
            journal.write(DrivenRun.output("first"));
            await(() -> log.all().size() == 1);
            journal.write(DrivenRun.output("second"));
            await(() -> log.all().size() == 2);
        }
    }

    @Test
    void whatIsMoreThanOutputTakesAlongWhatWaits() {
        try (RunJournal journal = journal(PATIENT)) {
            journal.write(RunStateChanged.to(RunState.PENDING));
            await(() -> log.all().size() == 1);
            journal.write(DrivenRun.output("waits"));
            journal.write(RunStateChanged.to(RunState.IN_PROGRESS));
            await(() -> log.all().size() == 3);
        }
    }

    @Test
    void muchOutputIsStoredBeforeItsTime() {
        try (RunJournal journal = journal(PATIENT)) {
            journal.write(DrivenRun.output("first"));
            await(() -> log.all().size() == 1);
            journal.write(DrivenRun.output("x".repeat(40 << 10)));
            assertThat(log.all()).hasSize(1);
            journal.write(DrivenRun.output("x".repeat(40 << 10)));
            await(() -> log.all().size() == 3);
        }
    }

    @Test
    void chunksStaySmallWhileTheLogIsSlow() throws Exception {
        JournalLimits limits = new JournalLimits(Duration.ofMillis(50), 1000, 3000, 1 << 20);
        try (RunJournal journal = journal(limits)) {
            log.hold(true);
            for (int line = 0; line < 500; line++) {
                journal.write(DrivenRun.output("x".repeat(100)));
            }
            log.hold(false);
            journal.flush();
        }
        assertThat(log.all()).hasSize(500);
        assertThat(log.chunks())
                .allSatisfy(chunk -> {
                    assertThat(chunk.events()).hasSizeLessThan(30);
                    assertThat(chunk.after().events()).isEqualTo(chunk.events().getLast().seq());
                });
    }

    @Test
    void closeStoresWhatWaits() {
        try (RunJournal journal = journal(PATIENT)) {
            journal.write(DrivenRun.output("first"));
            await(() -> log.all().size() == 1);
            journal.write(DrivenRun.output("last"));
        }
        assertThat(log.all()).hasSize(2);
    }

    @Test
    void aClosedJournalTakesNothing() {
        RunJournal journal = journal(PATIENT);
        journal.close();
        journal.close();
        assertThatThrownBy(() -> journal.write(DrivenRun.output("late")))
                .isInstanceOf(JournalClosed.class);
        assertThat(log.all()).isEmpty();
    }

    @Test
    void writersWaitWhileTooMuchIsNotStored() throws Exception {
        JournalLimits limits = new JournalLimits(Duration.ofMillis(50), 1000, 2000, 10_000);
        log.hold(true);
        AtomicInteger written = new AtomicInteger();
        try (RunJournal journal = journal(limits);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> writer =
                    threads.submit(() -> {
                        for (int line = 0; line < 1000; line++) {
                            journal.write(DrivenRun.output("x".repeat(100)));
                            written.incrementAndGet();
                        }
                    });
            await(() -> written.get() >= 10_000 / 200);
            int stuckAt = stable(written);
            assertThat(stuckAt).isLessThan(100);
            assertThat(log.all()).isEmpty();
            log.hold(false);
            writer.get(20, SECONDS);
            journal.flush();
        }
        assertThat(log.all()).hasSize(1000);
    }

    @Test
    void linesOfOneThreadKeepTheirOrderAmongThoseOfOthers() throws Exception {
        int writers = 8;
        int lines = 2000;
        try (RunJournal journal = journal(JournalLimits.DEFAULT);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<?>> all = new ArrayList<>();
            for (int writer = 1; writer <= writers; writer++) {
                int step = writer;
                all.add(
                        threads.submit(() -> {
                            start.await();
                            for (int line = 0; line < lines; line++) {
                                OutputLine text = OutputLine.of(Integer.toString(line));
                                journal.write(
                                        new OutputWritten(step, 1, OutputChannel.STDOUT, text));
                            }
                            return null;
                        }));
            }
            start.countDown();
            for (Future<?> writer : all) {
                writer.get();
            }
            journal.flush();
            assertThat(log.run(run.id())).isEqualTo(journal.run());
        }
        Map<Integer, List<String>> byStep = new HashMap<>();
        for (RecordedEvent recorded : log.all()) {
            OutputWritten output = (OutputWritten) recorded.event();
            byStep.computeIfAbsent(output.step(), _ -> new ArrayList<>()).add(output.line().text());
        }
        List<String> inOrder = IntStream.range(0, lines).mapToObj(Integer::toString).toList();
        assertThat(byStep).hasSize(writers);
        assertThat(byStep.values()).allSatisfy(own -> assertThat(own).isEqualTo(inOrder));
    }

    @Test
    void positionsSayHowFarEachChannelIsStoredWhileTheAttemptIsInProgress() throws Exception {
        try (RunJournal journal = journal(PATIENT)) {
            startBuild(journal);
            journal.output(BUILD, line(1, OutputChannel.STDOUT), 10);
            journal.output(BUILD, line(1, OutputChannel.STDERR), 7);
            journal.output(BUILD, line(2, OutputChannel.STDOUT), 25);
            journal.flush();
            StepPosition position = new StepPosition(25, 2, 7, 1);
            assertThat(log.positions(run.id())).isEqualTo(Map.of(BUILD, position));
            assertThat(journal.position(BUILD)).contains(position);

            journal.write(DrivenRun.step(1, "build", 1, StepState.FAILED));
            journal.output(BUILD, line(2, OutputChannel.STDOUT), 30);
            journal.flush();
            assertThat(log.positions(run.id())).isEmpty();
            assertThat(journal.position(BUILD)).isEmpty();
        }
    }

    @Test
    void aTakeOverGoesOnFromTheStoredPositions() throws Exception {
        try (RunJournal journal = journal(PATIENT)) {
            startBuild(journal);
            journal.output(BUILD, line(1, OutputChannel.STDOUT), 10);
            journal.output(BUILD, line(1, OutputChannel.STDERR), 7);
        }
        long next = log.raiseFence(run.id());
        try (RunJournal journal = new RunJournal(log, log.run(run.id()), next, clock)) {
            journal.output(BUILD, line(2, OutputChannel.STDERR), 9);
            journal.flush();
        }
        assertThat(log.positions(run.id())).isEqualTo(Map.of(BUILD, new StepPosition(10, 1, 9, 2)));
    }

    @Test
    void eachChunkCarriesTheStateAndThePositionsAfterItsLastEvent() throws Exception {
        JournalLimits limits = new JournalLimits(Duration.ofMillis(50), 100, 300, 1 << 20);
        try (RunJournal journal = journal(limits)) {
            startBuild(journal);
            log.hold(true);
            for (int line = 1; line <= 200; line++) {
                journal.output(BUILD, line(1, OutputChannel.STDOUT), line);
            }
            log.hold(false);
            journal.flush();
        }
        long before = 5;
        for (Chunk chunk : log.chunks()) {
            long last = chunk.events().getLast().seq();
            if (last > before) {
                assertThat(chunk.after().events()).isEqualTo(last);
                assertThat(chunk.positions().get(BUILD))
                        .isEqualTo(new StepPosition(last - before, 1, 0, 1));
            }
        }
    }

    @Test
    void aJournalThatIsFencedOffThrowsFromThenOn() {
        CountDownLatch told = new CountDownLatch(1);
        try (RunJournal journal =
                new RunJournal(log, run, fence, clock, PATIENT, told::countDown)) {
            log.raiseFence(run.id());
            assertThat(journal.isFenced()).isFalse();
            journal.write(RunStateChanged.to(RunState.PENDING));
            assertThatThrownBy(journal::flush)
                    .isInstanceOf(JournalClosed.class)
                    .hasCauseInstanceOf(FencedOff.class);
            assertThat(journal.isFenced()).isTrue();
            assertThatThrownBy(() -> journal.write(DrivenRun.output("late")))
                    .isInstanceOf(JournalClosed.class);
            await(() -> told.getCount() == 0);
        }
        assertThat(log.all()).isEmpty();
    }

    @Test
    void writersThatWaitForRoomHearThatTheJournalIsFenced() throws Exception {
        JournalLimits limits = new JournalLimits(Duration.ofMillis(50), 1000, 2000, 10_000);
        log.hold(true);
        try (RunJournal journal = journal(limits);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            AtomicInteger written = new AtomicInteger();
            Future<?> writer =
                    threads.submit(() -> {
                        while (true) {
                            journal.write(DrivenRun.output("x".repeat(100)));
                            written.incrementAndGet();
                        }
                    });
            await(() -> written.get() >= 10_000 / 200);
            log.raiseFence(run.id());
            log.hold(false);
            assertThatThrownBy(() -> writer.get(20, SECONDS))
                    .hasCauseInstanceOf(JournalClosed.class);
        }
    }

    @Test
    void aClosingThreadThatIsInterruptedDoesNotWaitForTheLog() throws Exception {
        log.hold(true);
        RunJournal journal = journal(PATIENT);
        journal.write(DrivenRun.output("never stored"));
        Thread closing = Thread.ofVirtual().start(journal::close);
        closing.interrupt();
        assertThat(closing.join(Duration.ofSeconds(20))).isTrue();
        assertThatThrownBy(journal::flush).isInstanceOf(JournalClosed.class);
    }

    @Test
    void aWaitingFlushCanBeInterrupted() throws Exception {
        log.hold(true);
        AtomicReference<Class<?>> thrown = new AtomicReference<>(Object.class);
        try (RunJournal journal = journal(PATIENT)) {
            journal.write(DrivenRun.output("x"));
            Thread flushing =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    journal.flush();
                                } catch (InterruptedException e) {
                                    thrown.set(e.getClass());
                                }
                            });
            flushing.interrupt();
            assertThat(flushing.join(Duration.ofSeconds(20))).isTrue();
            log.hold(false);
        }
        assertThat(thrown.get()).isEqualTo(InterruptedException.class);
        assertThat(log.all()).hasSize(1);
    }

    private RunJournal journal(JournalLimits limits) {
        return new RunJournal(log, run, fence, clock, limits, () -> {});
    }

    private static void startBuild(RunJournal journal) throws InterruptedException {
        journal.write(RunStateChanged.to(RunState.PENDING));
        journal.write(RunStateChanged.to(RunState.IN_PROGRESS));
        journal.write(new PipelineRead("0".repeat(40), DrivenRun.pipeline()));
        journal.write(DrivenRun.step(1, "build", 1, StepState.IN_PROGRESS));
        journal.write(new CommandStarted(1, 1, "a"));
        journal.flush();
    }

    private static OutputWritten line(int command, OutputChannel channel) {
        return new OutputWritten(1, command, channel, OutputLine.of("x"));
    }

    private static void await(BooleanSupplier condition) {
        try {
            while (!condition.getAsBoolean()) {
                Thread.sleep(2);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("the condition did not become true", e);
        }
    }

    /// The value once it has not changed for a while.
    private static int stable(AtomicInteger value) throws InterruptedException {
        int before = -1;
        while (before != value.get()) {
            before = value.get();
            Thread.sleep(100);
        }
        return before;
    }
}
