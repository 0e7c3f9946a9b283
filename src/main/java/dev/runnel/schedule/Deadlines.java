package dev.runnel.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Queue;

/// When a run has something to do although nothing happens: steps are to be tried again, or its
/// `finally` steps have had their time. For one thread.
public final class Deadlines {
    private final Queue<Retry> retries = new PriorityQueue<>(Comparator.comparing(Retry::until));
    private final Map<Integer, Retry> waiting = new HashMap<>();
    private OptionalLong endsAt = OptionalLong.empty();

    private record Retry(int step, Instant until) {}

    /// A step is to be tried again at a time.
    public void retry(int step, Instant until) {
        Retry retry = new Retry(step, until);
        waiting.put(step, retry);
        retries.add(retry);
    }

    /// A step is not to be tried again after all.
    public void forget(int step) {
        waiting.remove(step);
    }

    /// A step that is to be tried again now; each is given out once.
    public Optional<Integer> due(Instant now) {
        while (!retries.isEmpty() && !retries.element().until().isAfter(now)) {
            Retry retry = retries.remove();
            if (waiting.remove(retry.step(), retry)) {
                return Optional.of(retry.step());
            }
        }
        return Optional.empty();
    }

    /// The run is to end after this time.
    public void endIn(Duration time) {
        endsAt = OptionalLong.of(System.nanoTime() + time.toNanos());
    }

    /// Whether the run is to end now; true once.
    public boolean isTimeToEnd() {
        boolean now = endsAt.isPresent() && System.nanoTime() - endsAt.getAsLong() >= 0;
        endsAt = now ? OptionalLong.empty() : endsAt;
        return now;
    }

    /// For how many milliseconds nothing is due.
    public long millisLeft(Instant now) {
        long left = Long.MAX_VALUE;
        if (endsAt.isPresent()) {
            left = (endsAt.getAsLong() - System.nanoTime()) / 1_000_000 + 1;
        }
        if (!waiting.isEmpty()) {
            long retry = Duration.between(now, retries.element().until()).toMillis() + 1;
            left = Math.min(left, retry);
        }
        return Math.max(left, 0);
    }
}
