package dev.runnel.eventlog;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunEvent.RunStateChanged;
import dev.runnel.run.RunState;
import java.time.Duration;
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
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A journal whose log is slow or lost, and many threads that write to it.
@Timeout(30)
class SlowJournalTest extends JournalFixture {

    @Test
    void chunksStaySmallWhileTheLogIsSlow() throws Exception {
        JournalLimits limits = sizes(3000, 1 << 20);
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
    void writersWaitWhileTooMuchIsNotStored() throws Exception {
        JournalLimits limits = sizes(2000, 10_000);
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
    void aJournalThatIsFencedOffThrowsFromThenOn() {
        CountDownLatch told = new CountDownLatch(1);
        try (RunJournal journal =
                new RunJournal(log, run, fence, clock, PATIENT, told::countDown)) {
            log.raiseFence(run.id());
            journal.write(RunStateChanged.to(RunState.PENDING));
            assertThatThrownBy(journal::flush)
                    .isInstanceOf(JournalClosed.class)
                    .hasCauseInstanceOf(FencedOff.class);
            assertThatThrownBy(() -> journal.write(DrivenRun.output("late")))
                    .isInstanceOf(JournalClosed.class);
            await(() -> told.getCount() == 0);
        }
        assertThat(log.all()).isEmpty();
    }

    @Test
    void writersThatWaitForRoomHearThatTheJournalIsFenced() throws Exception {
        JournalLimits limits = sizes(2000, 10_000);
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
}
