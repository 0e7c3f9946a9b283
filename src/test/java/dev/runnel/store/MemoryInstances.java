package dev.runnel.store;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// A registry of instances in memory.
public final class MemoryInstances implements Instances {
    private final InstantSource clock;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    private record Known(Instance instance, Instant heartbeatAt, Instant aliveUntil) {}

    public MemoryInstances(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public void beat(Instance instance, Duration goodFor) {
        Instant now = clock.instant();
        known.values().removeIf(one -> one.aliveUntil.plus(MEMORY).isBefore(now));
        known.put(instance.id(), new Known(instance, now, now.plus(goodFor)));
    }

    @Override
    public void leave(String id) {
        known.remove(id);
    }

    @Override
    public List<Seen> all() {
        Instant now = clock.instant();
        return known.values().stream()
                .map(one -> new Seen(one.instance, one.heartbeatAt, !one.aliveUntil.isBefore(now)))
                .sorted(
                        Comparator.comparing((Seen seen) -> seen.instance().startedAt())
                                .thenComparing(seen -> seen.instance().id()))
                .toList();
    }
}
