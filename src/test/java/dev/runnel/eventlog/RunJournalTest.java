package dev.runnel.eventlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.eventlog.EventLog.Chunk;
import dev.runnel.eventlog.EventLog.StepPosition;
import dev.runnel.run.OutputChannel;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.RunEvent.CommandFinished;
import dev.runnel.run.RunEvent.CommandStarted;
import dev.runnel.run.RunEvent.RunStateChanged;
import dev.runnel.run.RunState;
import dev.runnel.run.StepState;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RunJournalTest extends JournalFixture {

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
        JournalLimits limits = times(Duration.ZERO, Duration.ZERO, Duration.ofMillis(20));
        try (RunJournal journal = journal(limits)) {
            journal.write(DrivenRun.output("first"));
            await(() -> log.all().size() == 1);
            journal.write(DrivenRun.output("second"));
            await(() -> log.all().size() == 2);
        }
    }

    @Test
    void whatIsMoreThanOutputTakesAlongWhatWaits() throws Exception {
        try (RunJournal journal = journal(PATIENT)) {
            journal.write(RunStateChanged.to(RunState.PENDING));
            journal.flush();
            journal.write(DrivenRun.output("first"));
            await(() -> log.all().size() == 2);
            journal.write(DrivenRun.output("waits"));
            journal.write(RunStateChanged.to(RunState.IN_PROGRESS));
            await(() -> log.all().size() == 4);
        }
    }

    @Test
    void theFirstLineAfterSomethingElseDoesNotWait() {
        try (RunJournal journal = journal(PATIENT)) {
            journal.write(RunStateChanged.to(RunState.PENDING));
            await(() -> log.all().size() == 1);
            journal.write(DrivenRun.output("first"));
            await(() -> log.all().size() == 2);
        }
    }

    @Test
    void whatFollowsOnTheHeelsOfSomethingIsStoredWithIt() throws Exception {
        JournalLimits limits = times(Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(2));
        try (RunJournal journal = journal(limits)) {
            journal.write(RunStateChanged.to(RunState.PENDING));
            journal.write(RunStateChanged.to(RunState.IN_PROGRESS));
            assertThat(log.all()).isEmpty();
            journal.write(DrivenRun.output("first"));
            assertThat(log.all()).isEmpty();
            journal.flush();
            assertThat(log.chunks()).extracting(chunk -> chunk.events().size()).containsExactly(3);
        }
    }

    @Test
    void anEndIsStoredWithWhatFollowsFromIt() throws Exception {
        JournalLimits limits = times(Duration.ZERO, Duration.ofHours(1), Duration.ofHours(2));
        try (RunJournal journal = journal(limits)) {
            startBuild(journal);
            int before = log.chunks().size();
            journal.write(new CommandFinished(1, 1, 0));
            assertThat(log.chunks()).hasSize(before);
            journal.write(new CommandStarted(1, 2, "b"));
            await(() -> log.chunks().size() > before);
            assertThat(log.chunks().getLast().events()).hasSize(2);
        }
    }

    @Test
    void theLastLineIsStoredWithTheEnd() throws Exception {
        JournalLimits limits =
                times(Duration.ofSeconds(1), Duration.ofHours(1), Duration.ofHours(2));
        try (RunJournal journal = journal(limits)) {
            startBuild(journal);
            int before = log.chunks().size();
            journal.write(DrivenRun.output("last"));
            journal.write(new CommandFinished(1, 1, 0));
            Thread.sleep(1200);
            assertThat(log.chunks()).hasSize(before);
            journal.flush();
            assertThat(log.chunks().getLast().events()).hasSize(2);
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
        JournalLimits limits =
                new JournalLimits(
                        Duration.ZERO,
                        Duration.ZERO,
                        Duration.ZERO,
                        Duration.ofMillis(50),
                        100,
                        300,
                        1 << 20);
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
}
