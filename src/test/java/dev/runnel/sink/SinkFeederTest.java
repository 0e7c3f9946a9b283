package dev.runnel.sink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.run.Callbacks;
import dev.runnel.run.RunEvent;
import dev.runnel.run.RunId;
import dev.runnel.run.RunState;
import dev.runnel.run.StepState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SinkFeederTest {
    private static final Duration QUICK = Duration.ofMillis(20);
    // longer than any pause of a busy machine
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final FeederSettings SETTINGS =
            new FeederSettings(4, QUICK, LEASE, QUICK, QUICK, Duration.ofHours(1));

    private final RecordedRuns runs = new RecordedRuns();
    private final MemorySinkPositions positions = new MemorySinkPositions(runs);
    private final RecordingSink sink = new RecordingSink("sink");
    private final List<SinkFeeder> feeders = new ArrayList<>();

    @AfterEach
    void close() {
        feeders.forEach(SinkFeeder::close);
        assertThat(sink.faults()).isEmpty();
    }

    @Test
    void everyEventIsToldOnceAndInOrder() {
        start("a", SETTINGS, sink);
        RunId run = runs.request(Callbacks.NONE);
        runs.playHello(run, 20);
        awaitDone(sink, run);
        assertThat(sink.told(run)).isEqualTo(allOf(run));
    }

    @Test
    void aLogLongerThanABatchIsToldWhole() {
        RunId run = runs.request(Callbacks.NONE);
        runs.playHello(run, 1700);
        start("a", SETTINGS, sink);
        awaitDone(sink, run);
        assertThat(sink.told(run)).isEqualTo(allOf(run));
        List<Boolean> more = sink.deliveries().stream().map(Sink.Delivery::more).toList();
        assertThat(more).hasSizeGreaterThan(3).endsWith(true, false);
    }

    @Test
    void aRunThatNoNotificationToldOfIsFound() {
        runs.stopNotifying();
        start("a", SETTINGS, sink);
        RunId run = runs.request(Callbacks.NONE);
        runs.playHello(run, 1);
        awaitDone(sink, run);
        assertThat(sink.told(run)).isEqualTo(allOf(run));
    }

    @Test
    void whatHappenedWhileNobodyRanIsToldAfterTheStart() {
        RunId waiting = runs.request(Callbacks.NONE);
        runs.happened(waiting, RunEvent.RunStateChanged.to(RunState.PENDING));
        RunId ended = runs.request(Callbacks.NONE);
        runs.playHello(ended, 1);
        start("a", SETTINGS, sink);
        awaitDone(sink, ended);
        awaitTold(waiting, 1);
    }

    @Test
    void aRunThatWaitsInTheQueueIsHeldByNobody() {
        RunId run = runs.request(Callbacks.NONE);
        runs.happened(run, RunEvent.RunStateChanged.to(RunState.PENDING));
        start("a", SETTINGS, sink);
        awaitTold(run, 1);
        Eventually.until(
                "its position is free",
                () -> positions.claim(sink.name(), run, "test", QUICK).isPresent());
        runs.begin(runs.request(Callbacks.NONE), List.of("true"));
        runs.happened(run, RunEvent.RunStateChanged.to(RunState.IN_PROGRESS));
        awaitTold(run, 2);
    }

    @Test
    void aRunThatIsNotWantedIsNotTold() {
        sink.want(run -> !run.request().callbacks().isNone());
        RunId before = runs.request(Callbacks.NONE);
        runs.playHello(before, 1);
        start("a", SETTINGS, sink);
        RunId after = runs.request(Callbacks.NONE);
        runs.playHello(after, 1);
        awaitDone(sink, before);
        awaitDone(sink, after);
        assertThat(sink.deliveries()).isEmpty();
    }

    @Test
    void theRestartGoesOnWhereTheStopWas() {
        SinkFeeder first = start("a", SETTINGS, sink);
        RunId run = runs.request(Callbacks.NONE);
        runs.begin(run, List.of("true"));
        awaitTold(run, 3);
        first.close();
        runs.happened(run, RecordedRuns.step(1, StepState.IN_PROGRESS));
        Eventually.never("a closed feeder tells", QUICK.multipliedBy(5), () -> told(run) > 3);
        start("b", SETTINGS, sink);
        awaitTold(run, 4);
        assertThat(sink.told(run)).isEqualTo(allOf(run));
    }

    @Test
    void anotherInstanceTakesOverFromOneThatDied() {
        RunId run = runs.request(Callbacks.NONE);
        runs.playHello(run, 1);
        assertThat(positions.claim(sink.name(), run, "dead", QUICK.multipliedBy(5))).isPresent();
        start("b", SETTINGS, sink);
        awaitDone(sink, run);
        assertThat(sink.told(run)).isEqualTo(allOf(run));
    }

    @Test
    void twoInstancesTellEachEventOnce() {
        start("a", SETTINGS, sink);
        start("b", SETTINGS, sink);
        List<RunId> played = new ArrayList<>();
        for (int number = 0; number < 30; number++) {
            RunId run = runs.request(Callbacks.NONE);
            played.add(run);
            runs.playHello(run, 3);
        }
        for (RunId run : played) {
            awaitDone(sink, run);
            assertThat(sink.told(run)).isEqualTo(allOf(run));
        }
    }

    @Test
    void anInstanceThatLostItsPositionStopsTelling() {
        start("a", SETTINGS, sink);
        RunId run = runs.request(Callbacks.NONE);
        runs.begin(run, List.of("true"));
        awaitTold(run, 3);
        RunId another = runs.request(Callbacks.NONE);
        runs.begin(another, List.of("true"));
        awaitTold(another, 3);
        positions.release(sink.name(), "a", List.of(run));
        assertThat(positions.claim(sink.name(), run, "b", Duration.ofMinutes(1))).isPresent();
        int renewals = positions.renewals();
        Eventually.until("it hears of it", () -> positions.renewals() > renewals + 1);
        runs.happened(run, RecordedRuns.step(1, StepState.IN_PROGRESS));
        Eventually.never("it tells on", QUICK.multipliedBy(5), () -> told(run) > 3);
    }

    @Test
    void aTargetThatFailsIsTriedAgainAndHoldsUpNobodyElse() {
        RecordingSink other = new RecordingSink("other");
        start("a", SETTINGS, sink, other);
        RunId down = runs.request(Callbacks.NONE);
        RunId up = runs.request(Callbacks.NONE);
        sink.refuse(down);
        runs.playHello(down, 1);
        runs.playHello(up, 1);
        awaitDone(sink, up);
        awaitDone(other, down);
        awaitDone(other, up);
        Eventually.until("some more attempts", () -> sink.attempts() > 8);
        assertThat(sink.told(down)).isEmpty();
        sink.accept(down);
        awaitDone(sink, down);
        assertThat(sink.told(down)).isEqualTo(allOf(down));
    }

    @Test
    void aFaultInASinkIsTriedAgainToo() {
        sink.setBroken(true);
        start("a", SETTINGS, sink);
        RunId run = runs.request(Callbacks.NONE);
        runs.playHello(run, 1);
        Eventually.until("a few attempts", () -> sink.attempts() > 2);
        sink.setBroken(false);
        awaitDone(sink, run);
        assertThat(sink.told(run)).isEqualTo(allOf(run));
    }

    @Test
    void whatADeliveryLeftOverComesAgain() {
        sink.takeAtMost(2);
        RunId run = runs.request(Callbacks.NONE);
        runs.playHello(run, 5);
        start("a", SETTINGS, sink);
        awaitDone(sink, run);
        assertThat(sink.told(run)).isEqualTo(allOf(run));
    }

    @Test
    void anOldRunIsGivenUpAndALiveOneNever() {
        FeederSettings impatient =
                new FeederSettings(4, QUICK, LEASE, QUICK, QUICK, Duration.ofMinutes(10));
        Instant longAgo = Instant.now().minus(Duration.ofMinutes(9));
        RunId live = runs.requestedAt(longAgo, Callbacks.NONE);
        RunId ended = runs.requestedAt(longAgo, Callbacks.NONE);
        Instant earlier = Instant.now().minus(Duration.ofMinutes(11));
        runs.happenedAt(earlier, live, RunEvent.RunStateChanged.to(RunState.PENDING));
        runs.happenedAt(
                earlier,
                ended,
                RunEvent.RunStateChanged.to(RunState.FAILED),
                new RunEvent.RunEnded(RunState.FAILED, 2));
        sink.refuse(live);
        sink.refuse(ended);
        start("a", impatient, sink);
        awaitDone(sink, ended);
        assertThat(sink.told(ended)).isEmpty();
        Eventually.until("some more attempts", () -> sink.attempts() > 5);
        assertThat(positions.isDone(sink.name(), live)).isFalse();
    }

    @Test
    void outputWaitsForMoreAndAnythingElseDoesNot() {
        sink.setPatience(Duration.ofSeconds(30));
        start("a", SETTINGS, sink);
        RunId run = runs.request(Callbacks.NONE);
        runs.begin(run, List.of("loop"));
        runs.happened(run, RecordedRuns.step(1, StepState.IN_PROGRESS));
        runs.happened(run, new RunEvent.CommandStarted(1, 1, "loop"));
        awaitTold(run, 5);
        for (int line = 0; line < 10; line++) {
            runs.happened(run, RecordedRuns.output(1, 1, "line"));
        }
        Eventually.never("output is told", QUICK.multipliedBy(5), () -> told(run) > 5);
        runs.happened(run, new RunEvent.CommandFinished(1, 1, 0));
        awaitTold(run, 16);
        assertThat(sink.deliveries().getLast().events()).hasSize(11);
    }

    @Test
    void outputDoesNotWaitForever() {
        Duration patience = Duration.ofMillis(100);
        sink.setPatience(patience);
        start("a", SETTINGS, sink);
        RunId run = runs.request(Callbacks.NONE);
        runs.begin(run, List.of("loop"));
        awaitTold(run, 3);
        runs.happened(run, RecordedRuns.step(1, StepState.IN_PROGRESS));
        runs.happened(run, RecordedRuns.output(1, 1, "line"));
        awaitTold(run, 5);
    }

    @Test
    void noMoreRunsAreToldAtOnceThanAllowed() {
        FeederSettings two = new FeederSettings(2, QUICK, LEASE, QUICK, QUICK, LEASE);
        sink.setSlowness(Duration.ofMillis(5));
        List<RunId> played = new ArrayList<>();
        for (int number = 0; number < 12; number++) {
            RunId run = runs.request(Callbacks.NONE);
            played.add(run);
            runs.playHello(run, 1);
        }
        start("a", two, sink);
        played.forEach(run -> awaitDone(sink, run));
        assertThat(sink.mostAtOnce()).isEqualTo(2);
    }

    @Test
    void aDatabaseThatIsAwayForAWhileLosesNothing() {
        start("a", SETTINGS, sink);
        RunId run = runs.request(Callbacks.NONE);
        runs.begin(run, List.of("true"));
        awaitTold(run, 3);
        positions.setAway(true);
        runs.happened(run, RecordedRuns.step(1, StepState.IN_PROGRESS));
        awaitTold(run, 4);
        runs.happened(run, RecordedRuns.step(1, StepState.SUCCESSFUL));
        runs.end(run, RunState.SUCCESSFUL);
        RunId another = runs.request(Callbacks.NONE);
        runs.playHello(another, 1);
        positions.setAway(false);
        awaitDone(sink, run);
        awaitDone(sink, another);
        assertThat(sink.told(run)).isEqualTo(allOf(run));
        assertThat(sink.told(another)).isEqualTo(allOf(another));
    }

    private SinkFeeder start(String instance, FeederSettings settings, Sink... sinks) {
        SinkFeeder feeder =
                new SinkFeeder(
                        List.of(sinks),
                        positions,
                        runs.store(),
                        runs.log(),
                        settings,
                        instance,
                        Clock.systemUTC(),
                        RandomGenerator.getDefault());
        feeders.add(feeder);
        feeder.start();
        return feeder;
    }

    private void awaitDone(Sink of, RunId run) {
        Eventually.until(of.name() + " has all", () -> positions.isDone(of.name(), run));
    }

    private void awaitTold(RunId run, int events) {
        Eventually.until(
                events + " events are told, now " + sink.told(run), () -> told(run) >= events);
    }

    private int told(RunId run) {
        return sink.told(run).size();
    }

    private List<Long> allOf(RunId run) {
        return LongStream.rangeClosed(1, runs.find(run).events()).boxed().toList();
    }
}
