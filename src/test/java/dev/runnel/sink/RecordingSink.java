package dev.runnel.sink;

import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/// A sink that writes down what it is told, and fails when asked to. It checks the feeder too: the
/// run before a delivery, the order, the memory, and that there is one call at a time per run.
final class RecordingSink implements Sink {
    private final String name;
    private final Map<RunId, List<Long>> told = new ConcurrentHashMap<>();
    private final Map<RunId, AtomicInteger> busy = new ConcurrentHashMap<>();
    private final List<Delivery> deliveries = new CopyOnWriteArrayList<>();
    private final List<String> faults = new CopyOnWriteArrayList<>();
    private final AtomicInteger attempts = new AtomicInteger();
    private final AtomicInteger atOnce = new AtomicInteger();
    private final AtomicInteger mostAtOnce = new AtomicInteger();
    private final Set<RunId> refused = ConcurrentHashMap.newKeySet();
    private volatile Predicate<Run> wanted = _ -> true;
    private volatile Duration patience = Duration.ZERO;
    private volatile Duration slowness = Duration.ZERO;
    private volatile int mostAtATime = Integer.MAX_VALUE;
    private volatile boolean broken;

    RecordingSink(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean wants(Run run) {
        return wanted.test(run);
    }

    @Override
    public Duration patience() {
        return patience;
    }

    @Override
    public Told deliver(Delivery delivery) throws SinkException, InterruptedException {
        RunId run = delivery.before().id();
        attempts.incrementAndGet();
        AtomicInteger here = busy.computeIfAbsent(run, _ -> new AtomicInteger());
        mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
        try {
            if (here.incrementAndGet() > 1) {
                faults.add("two deliveries of one run at the same time");
            }
            Thread.sleep(slowness);
            if (broken) {
                throw new IllegalStateException("a fault in the sink, thrown by the test");
            }
            if (refused.contains(run)) {
                throw new SinkException("refused by the test");
            }
            return record(delivery);
        } finally {
            here.decrementAndGet();
            atOnce.decrementAndGet();
        }
    }

    private Told record(Delivery delivery) {
        deliveries.add(delivery);
        List<Long> seqs = new ArrayList<>();
        Run run = delivery.before();
        for (RecordedEvent event : delivery.events().stream().limit(mostAtATime).toList()) {
            run = run.after(event);
            seqs.add(event.seq());
        }
        String expected = delivery.before().events() == 0 ? "" : "at " + delivery.before().events();
        if (!delivery.memory().equals(expected)) {
            faults.add("memory was '" + delivery.memory() + "', not '" + expected + "'");
        }
        told.computeIfAbsent(run.id(), _ -> new CopyOnWriteArrayList<>()).addAll(seqs);
        return new Told(run.events(), "at " + run.events());
    }

    void want(Predicate<Run> which) {
        wanted = which;
    }

    void setPatience(Duration time) {
        patience = time;
    }

    void setSlowness(Duration time) {
        slowness = time;
    }

    void takeAtMost(int events) {
        mostAtATime = events;
    }

    void setBroken(boolean isBroken) {
        broken = isBroken;
    }

    void refuse(RunId run) {
        refused.add(run);
    }

    void accept(RunId run) {
        refused.remove(run);
    }

    /// Sequence numbers that were told, in the order of telling.
    List<Long> told(RunId run) {
        return told.getOrDefault(run, List.of());
    }

    List<Delivery> deliveries() {
        return deliveries;
    }

    List<String> faults() {
        return faults;
    }

    int attempts() {
        return attempts.get();
    }

    int mostAtOnce() {
        return mostAtOnce.get();
    }
}
