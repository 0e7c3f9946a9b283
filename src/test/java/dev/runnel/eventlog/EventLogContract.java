package dev.runnel.eventlog;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.eventlog.EventLog.Chunk;
import dev.runnel.eventlog.EventLog.StepAttempt;
import dev.runnel.eventlog.EventLog.StepPosition;
import dev.runnel.eventlog.EventLog.Watch;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.RunEvent;
import dev.runnel.run.RunEvent.RunEnded;
import dev.runnel.run.RunEvent.RunStateChanged;
import dev.runnel.run.RunId;
import dev.runnel.run.RunState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What every event log does.
@Timeout(60)
public abstract class EventLogContract extends LogPlacesContract {
    private static final Duration LONG = Duration.ofSeconds(30);

    /// The log of another instance over the same storage.
    protected abstract EventLog otherInstance();

    /// Has the lease pass to another holder.
    ///
    /// @return the new fence
    protected abstract long takenOver(RunId run);

    @Test
    void whatWasAppendedIsReadInOrderWithoutHoles() throws Exception {
        DrivenRun run = driven();
        List<RecordedEvent> written = new ArrayList<>();
        for (int chunk = 1; chunk <= 20; chunk++) {
            Chunk lines = run.lines(chunk);
            log().append(lines);
            written.addAll(lines.events());
        }
        assertThat(log().read(run.id(), 0, 1000)).isEqualTo(written);
        assertThat(otherInstance().read(run.id(), 0, 1000)).isEqualTo(written);
    }

    @Test
    void aRunWithoutEventsReadsAsEmpty() {
        DrivenRun run = driven();
        assertThat(log().read(run.id(), 0, 10)).isEmpty();
        assertThat(log().positions(run.id())).isEmpty();
        assertThat(log().read(DrivenRun.requested().id(), 0, 10)).isEmpty();
        assertThat(log().positions(DrivenRun.requested().id())).isEmpty();
    }

    @Test
    void everyTypeOfEventIsReadAsItWasWritten() throws Exception {
        DrivenRun run = driven();
        // of the odd ones, those that are legal for any run
        List<RunEvent> odd = new ArrayList<>();
        for (long seed = 0; seed < 50; seed++) {
            new SampleEvents(new Random(seed))
                    .oneOfEachType().stream()
                            .filter(event ->
                                    event instanceof RunEvent.OutputWritten
                                            || event instanceof RunEvent.ProgressMade
                                            || event instanceof RunEvent.ProblemFound)
                            .forEach(odd::add);
        }
        Chunk begin = run.begin();
        Chunk rest = run.chunk(odd.toArray(RunEvent[]::new));
        log().append(begin);
        log().append(rest);
        assertThat(log().read(run.id(), 0, 4)).isEqualTo(begin.events());
        assertThat(log().read(run.id(), 4, 1000)).isEqualTo(rest.events());
    }

    @Test
    void readingBeginsInTheMiddleOfAChunkAndIsBounded() throws Exception {
        DrivenRun run = driven();
        for (int chunk = 0; chunk < 100; chunk++) {
            log().append(run.lines(10));
        }
        // how much of the rest of its chunk comes along is left open
        List<Long> middle = seqs(log().read(run.id(), 4, 1));
        assertThat(middle).isEqualTo(range(5, 4 + middle.size())).hasSizeBetween(1, 6);
        assertThat(seqs(log().read(run.id(), 10, 10))).isEqualTo(range(11, 20));
        assertThat(seqs(log().read(run.id(), 999, 10))).containsExactly(1000L);
        assertThat(log().read(run.id(), 1000, 10)).isEmpty();
        assertThat(log().read(run.id(), 5000, 10)).isEmpty();
        assertThat(log().read(run.id(), 0, 15)).hasSizeBetween(1, 20);

        assertThat(seqs(all(log(), run.id()))).isEqualTo(range(1, 1000));
    }

    @Test
    void aChunkWhoseAnswerWasLostIsStoredOnce() throws Exception {
        DrivenRun run = driven();
        Chunk begin = run.begin();
        log().append(begin);
        log().append(begin);
        Chunk lines = run.lines(3);
        log().append(lines);
        log().append(lines);
        log().append(run.lines(1));
        assertThat(seqs(log().read(run.id(), 0, 100))).isEqualTo(range(1, 8));
    }

    @Test
    void anAnswerThatWasLostIsNotFencedOffAfterATakeOver() throws Exception {
        DrivenRun run = driven();
        Chunk lines = run.lines(3);
        log().append(lines);
        takenOver(run.id());
        log().append(lines);
        assertThat(seqs(log().read(run.id(), 0, 100))).isEqualTo(range(1, 3));
    }

    @Test
    void aWriterWhoseLeaseHasPassedIsRefused() throws Exception {
        DrivenRun old = driven();
        log().append(old.begin());
        long fence = takenOver(old.id());
        DrivenRun holder = new DrivenRun(old.run(), fence);

        assertThatThrownBy(() -> log().append(old.lines(2))).isInstanceOf(FencedOff.class);
        log().append(holder.lines(1));
        assertThatThrownBy(() -> log().append(old.chunk(RunStateChanged.to(RunState.ABORTED))))
                .isInstanceOf(FencedOff.class);
        assertThat(log().read(old.id(), 4, 100))
                .extracting(RecordedEvent::event)
                .containsExactly(DrivenRun.output("line 5"));
    }

    @Test
    void onlyTheNewestLeaseHolds() throws Exception {
        DrivenRun old = driven();
        log().append(old.begin());
        assertThat(log().isNewest(old.id(), old.fence())).isTrue();
        long fence = takenOver(old.id());
        assertThat(log().isNewest(old.id(), old.fence())).isFalse();
        assertThat(log().isNewest(old.id(), fence)).isTrue();
    }

    @Test
    void aWriterThatIsBehindTheLogIsRefused() throws Exception {
        DrivenRun run = driven();
        DrivenRun twin = new DrivenRun(run.run(), run.fence());
        log().append(run.lines(3));
        assertThatThrownBy(() -> log().append(twin.lines(2))).isInstanceOf(FencedOff.class);
    }

    @Test
    void nothingFollowsTheEnd() throws Exception {
        DrivenRun run = driven();
        DrivenRun twin = new DrivenRun(run.run(), run.fence());
        log().append(
                        run.chunk(
                                RunStateChanged.to(RunState.PENDING),
                                RunStateChanged.to(RunState.ABORTED),
                                new RunEnded(RunState.ABORTED, 3)));
        twin.lines(3);
        assertThatThrownBy(() -> log().append(twin.lines(1))).isInstanceOf(FencedOff.class);
    }

    @Test
    void ofManyWritersOnlyTheHolderIsHeard() throws Exception {
        DrivenRun loser = driven();
        DrivenRun holder = new DrivenRun(loser.run(), takenOver(loser.id()));
        CountDownLatch start = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Integer> refused =
                    threads.submit(() -> {
                        start.await();
                        int count = 0;
                        for (int chunk = 0; chunk < 50; chunk++) {
                            try {
                                log().append(loser.lines(1));
                            } catch (FencedOff e) {
                                count++;
                            }
                        }
                        return count;
                    });
            Future<?> heard =
                    threads.submit(() -> {
                        start.await();
                        for (int chunk = 0; chunk < 50; chunk++) {
                            otherInstance().append(holder.lines(2));
                        }
                        return null;
                    });
            start.countDown();
            assertThat(refused.get()).isEqualTo(50);
            heard.get();
        }
        assertThat(seqs(all(log(), loser.id()))).isEqualTo(range(1, 100));
    }

    @Test
    void positionsAreThoseOfTheLastChunk() throws Exception {
        DrivenRun run = driven();
        StepAttempt first = new StepAttempt(1, 1);
        StepAttempt second = new StepAttempt(2, 3);
        Map<StepAttempt, StepPosition> positions =
                Map.of(
                        first,
                        new StepPosition(123_456_789_012L, 2, 17, 1),
                        second,
                        StepPosition.START);
        log().append(run.chunk(positions, DrivenRun.output("x")));
        assertThat(otherInstance().positions(run.id())).isEqualTo(positions);
        log().append(run.chunk(Map.of(), DrivenRun.output("y")));
        assertThat(log().positions(run.id())).isEmpty();
    }

    @Test
    void aWatchWakesWhenItsLogGrowsHere() throws Exception {
        wakes(log(), log());
    }

    @Test
    void aWatchWakesWhenItsLogGrowsElsewhere() throws Exception {
        wakes(log(), otherInstance());
        wakes(otherInstance(), log());
    }

    private void wakes(EventLog reader, EventLog writer) throws Exception {
        DrivenRun run = driven();
        try (Watch watch = reader.watch(run.id());
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<List<Long>> read = threads.submit(() -> follow(reader, watch, run.id(), 100));
            for (int chunk = 0; chunk < 100; chunk++) {
                writer.append(run.lines(1));
            }
            assertThat(read.get(20, SECONDS)).isEqualTo(range(1, 100));
        }
    }

    private static List<Long> follow(EventLog log, Watch watch, RunId run, long until)
            throws InterruptedException {
        List<Long> seen = new ArrayList<>();
        while (seen.isEmpty() || seen.getLast() < until) {
            long last = seen.isEmpty() ? 0 : seen.getLast();
            List<Long> page = seqs(log.read(run, last, 100));
            seen.addAll(page);
            if (page.isEmpty()) {
                watch.await(last, LONG);
            }
        }
        return seen;
    }

    @Test
    void anAppendBetweenReadingAndWaitingIsNotMissed() throws Exception {
        DrivenRun run = driven();
        try (Watch watch = log().watch(run.id())) {
            assertThat(log().read(run.id(), 0, 10)).isEmpty();
            log().append(run.lines(1));
            long began = System.nanoTime();
            watch.await(0, LONG);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(LONG.dividedBy(2));
        }
    }

    @Test
    void waitingEndsWhenNothingHappens() throws Exception {
        DrivenRun run = driven();
        try (Watch watch = log().watch(run.id())) {
            watch.await(0, Duration.ofMillis(50));
            watch.await(0, Duration.ZERO);
        }
        assertThat(log().read(run.id(), 0, 10)).isEmpty();
    }

    @Test
    void thousandsMayWatchOneRun() throws Exception {
        DrivenRun run = driven();
        List<Future<List<Long>>> followers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int follower = 0; follower < 2000; follower++) {
                followers.add(
                        threads.submit(() -> {
                            try (Watch watch = log().watch(run.id())) {
                                return follow(log(), watch, run.id(), 3);
                            }
                        }));
            }
            for (int chunk = 0; chunk < 3; chunk++) {
                log().append(run.lines(1));
            }
            for (Future<List<Long>> follower : followers) {
                assertThat(follower.get(30, SECONDS)).isEqualTo(range(1, 3));
            }
        }
    }

    @Test
    void aListenerHearsOfEveryRunThatGrew() throws Exception {
        Set<RunId> heard = ConcurrentHashMap.newKeySet();
        BlockingQueue<RunId> news = new LinkedBlockingQueue<>();
        DrivenRun here = driven();
        DrivenRun there = driven();
        DrivenRun after = driven();
        try (AutoCloseable _ = log().onAppend(news::add)) {
            log().append(here.lines(1));
            otherInstance().append(there.lines(1));
            while (!heard.containsAll(Set.of(here.id(), there.id()))) {
                heard.add(news.take());
            }
        }
        news.clear();
        log().append(after.lines(1));
        assertThat(news).doesNotContain(after.id());
    }

    @Test
    void aLogThatIsWatchedReadsAsOneThatIsNot() throws Exception {
        DrivenRun run = driven();
        log().append(run.begin());
        try (Watch _ = log().watch(run.id());
                Watch _ = otherInstance().watch(run.id())) {
            for (int chunk = 0; chunk < 30; chunk++) {
                EventLog writer = chunk % 3 == 0 ? otherInstance() : log();
                writer.append(run.lines(10));
                long last = run.run().events();
                for (EventLog reader : List.of(log(), otherInstance())) {
                    for (long after : List.of(0L, 2L, last - 11, last - 10, last - 1, last)) {
                        List<RecordedEvent> read = reader.read(run.id(), after, 10);
                        assertThat(seqs(read))
                                .isEqualTo(range(after + 1, after + read.size()))
                                .hasSizeGreaterThanOrEqualTo((int) Math.min(last - after, 1));
                    }
                }
            }
            assertThat(all(log(), run.id())).isEqualTo(all(otherInstance(), run.id()));
        }
        assertThat(seqs(all(log(), run.id()))).isEqualTo(range(1, 304));
    }

    /// The whole log, page by page.
    protected static List<RecordedEvent> all(EventLog log, RunId run) {
        List<RecordedEvent> all = new ArrayList<>();
        List<RecordedEvent> page = log.read(run, 0, 77);
        while (!page.isEmpty()) {
            all.addAll(page);
            page = log.read(run, all.getLast().seq(), 77);
        }
        return all;
    }

    protected static List<Long> seqs(List<RecordedEvent> events) {
        return events.stream().map(RecordedEvent::seq).toList();
    }

    protected static List<Long> range(long first, long last) {
        return Arrays.stream(LongStream.rangeClosed(first, last).toArray()).boxed().toList();
    }
}
