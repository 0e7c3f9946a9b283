package dev.runnel.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import dev.runnel.sink.Sink.Delivery;
import dev.runnel.sink.Sink.Told;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/// What every sink does. A subclass gives it one, with a target that it can switch off.
public abstract class SinkContract {
    protected final RecordedRuns runs = new RecordedRuns();

    /// The sink as a fresh process has it.
    protected abstract Sink open();

    /// A run of `runs` that the sink wants.
    protected abstract RunId wanted();

    /// A run of `runs` that it does not.
    protected abstract RunId unwanted();

    /// What the target was told of the run, in the order of telling; comparable, and without what
    /// differs from run to run.
    protected abstract List<String> toldOf(RunId run);

    protected abstract void switchTarget(boolean on);

    @Test
    void itsNameIsStable() {
        assertThat(open().name()).isNotBlank().isEqualTo(open().name());
    }

    @Test
    void whatItWantsDoesNotDependOnHowFarTheRunIs() {
        RunId wanted = wanted();
        RunId unwanted = unwanted();
        assertThat(open().wants(runs.find(wanted))).isTrue();
        assertThat(open().wants(runs.find(unwanted))).isFalse();
        runs.playHello(wanted, 1);
        runs.playHello(unwanted, 1);
        assertThat(open().wants(runs.find(wanted))).isTrue();
        assertThat(open().wants(runs.find(unwanted))).isFalse();
    }

    @Test
    void aWholeRunCanBeToldAtOnce() throws SinkException, InterruptedException {
        RunId run = wanted();
        runs.playHello(run, 3);
        Told told = deliver(open(), run, 0, end(run), "");
        assertThat(told.upTo()).isEqualTo(end(run));
        assertThat(toldOf(run)).isNotEmpty();
    }

    @Test
    void eventByEventEndsLikeAllAtOnce() throws SinkException, InterruptedException {
        RunId atOnce = wanted();
        runs.playHello(atOnce, 3);
        Told all = deliver(open(), atOnce, 0, end(atOnce), "");
        RunId single = wanted();
        runs.playHello(single, 3);
        Sink sink = open();
        String memory = "";
        for (long event = 0; event < end(single); event++) {
            Told told = deliver(sink, single, event, event + 1, memory);
            assertThat(told.upTo()).isEqualTo(event + 1);
            memory = told.memory();
        }
        assertThat(all.upTo()).isEqualTo(end(single));
        assertThat(toldOf(single).getLast()).isEqualTo(toldOf(atOnce).getLast());
    }

    @Test
    void anotherProcessGoesOnFromTheMemory() throws SinkException, InterruptedException {
        RunId undisturbed = wanted();
        runs.playHello(undisturbed, 3);
        Told reference = deliver(open(), undisturbed, 0, end(undisturbed), "");
        RunId run = wanted();
        runs.playHello(run, 3);
        for (long cut = 1; cut < end(run); cut++) {
            Told first = deliver(open(), run, 0, cut, "");
            Told second = deliver(open(), run, cut, end(run), first.memory());
            assertThat(second.upTo()).isEqualTo(reference.upTo());
            assertThat(toldOf(run).getLast()).isEqualTo(toldOf(undisturbed).getLast());
        }
    }

    @Test
    void theSameEventsMayComeAgain() throws SinkException, InterruptedException {
        RunId run = wanted();
        runs.playHello(run, 3);
        Sink sink = open();
        Told first = deliver(sink, run, 0, 6, "");
        Told again = deliver(sink, run, 0, 6, "");
        assertThat(again.upTo()).isEqualTo(first.upTo());
        Told rest = deliver(sink, run, 6, end(run), again.memory());
        assertThat(rest.upTo()).isEqualTo(end(run));
        RunId undisturbed = wanted();
        runs.playHello(undisturbed, 3);
        Told reference = deliver(open(), undisturbed, 0, end(undisturbed), "");
        assertThat(reference.upTo()).isEqualTo(end(run));
        assertThat(toldOf(run).getLast()).isEqualTo(toldOf(undisturbed).getLast());
    }

    @Test
    void aTargetThatIsDownIsReportedAndToldLater() throws SinkException, InterruptedException {
        RunId run = wanted();
        runs.playHello(run, 3);
        Sink sink = open();
        switchTarget(false);
        assertThatThrownBy(() -> deliverUntilDone(sink, run)).isInstanceOf(SinkException.class);
        switchTarget(true);
        deliverUntilDone(sink, run);
        RunId undisturbed = wanted();
        runs.playHello(undisturbed, 3);
        deliverUntilDone(open(), undisturbed);
        assertThat(toldOf(run).getLast()).isEqualTo(toldOf(undisturbed).getLast());
    }

    @Test
    void runsThatAreToldAtTheSameTimeDoNotMix() throws InterruptedException {
        Sink sink = open();
        RunId one = wanted();
        runs.playHello(one, 1);
        RunId other = wanted();
        runs.playHello(other, 2);
        CountDownLatch go = new CountDownLatch(1);
        List<Thread> threads =
                List.of(one, other).stream()
                        .map(run ->
                                Thread.ofVirtual()
                                        .start(() -> {
                                            try {
                                                go.await();
                                                deliverUntilDone(sink, run);
                                            } catch (SinkException | InterruptedException e) {
                                                throw new IllegalStateException(e);
                                            }
                                        }))
                        .toList();
        go.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        RunId alone = wanted();
        runs.playHello(alone, 1);
        assertThat(toldOf(one)).isNotEmpty();
        assertThat(toldOf(other)).isNotEmpty();
        assertToldAlike(one, alone);
    }

    private void assertToldAlike(RunId together, RunId alone) throws InterruptedException {
        try {
            deliverUntilDone(open(), alone);
        } catch (SinkException e) {
            throw new AssertionError(e);
        }
        assertThat(toldOf(together).getLast()).isEqualTo(toldOf(alone).getLast());
    }

    private void deliverUntilDone(Sink sink, RunId run) throws SinkException, InterruptedException {
        Told told = new Told(0, "");
        while (told.upTo() < end(run)) {
            told = deliver(sink, run, told.upTo(), end(run), told.memory());
        }
    }

    private long end(RunId run) {
        return runs.find(run).events();
    }

    private Told deliver(Sink sink, RunId run, long after, long upTo, String memory)
            throws SinkException, InterruptedException {
        Run now = runs.find(run);
        Run before = Run.requested(run, now.request(), now.createdAt());
        for (RecordedEvent event : runs.events(run).subList(0, (int) after)) {
            before = before.after(event);
        }
        List<RecordedEvent> events = runs.events(run).subList((int) after, (int) upTo);
        return sink.deliver(new Delivery(before, events, upTo < now.events(), memory));
    }
}
