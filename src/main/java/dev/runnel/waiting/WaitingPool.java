package dev.runnel.waiting;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;

/// Places that wait to be used, each of them once. Who takes one has it alone; whether and how it
/// is used is his affair, and another one is made in its stead.
///
/// Places are kept of the kinds that were used lately and of those that are always kept. One thread
/// makes them, one after the other, and waits longer after each one that could not be made. Safe
/// for any number of threads.
///
/// @param <K> what tells kinds of places apart
/// @param <P> a place
public final class WaitingPool<K, P> implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(WaitingPool.class.getName());
    private static final Duration LOOK_EVERY = Duration.ofSeconds(10);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);
    private static final Duration LAST_WAIT = Duration.ofSeconds(10);
    private static final int MOST_KINDS = 1000;

    private final Maker<K, P> maker;
    private final PoolRules rules;
    // of those that are as good, the one that came first has its places first, at every look
    private final Map<K, Kind<P>> kinds = new LinkedHashMap<>();
    private final LongAdder made = new LongAdder();
    private final LongAdder used = new LongAdder();
    private final LongAdder discarded = new LongAdder();
    private boolean running;
    private boolean closed;
    private long lookAt;

    /// Makes places. What it throws means that there is none.
    public interface Maker<K, P> {
        /// Makes a place.
        P make(K kind);

        /// Whether a place may still be used.
        boolean isUsable(P place);

        /// Removes a place; does not throw.
        void discard(P place);

        /// Called now and then, by the thread that makes places.
        default void look() {}
    }

    /// One that is there or is being made.
    private static final class Slot<P> {
        private final CompletableFuture<P> there = new CompletableFuture<>();

        boolean isDone() {
            return there.isDone();
        }

        boolean failed() {
            return there.isCompletedExceptionally();
        }
    }

    private static final class Kind<P> {
        private final Deque<Slot<P>> places = new ArrayDeque<>();
        private boolean always;
        private boolean everUsed;
        private long usedAt;
        private int expected;
        private int failures;
        private long failedAt;

        private boolean mayTry(long now) {
            Duration pause = Duration.ofSeconds(1L << Math.min(failures, 20));
            return failures == 0
                    || now - failedAt
                            > (pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause)
                                    .toNanos();
        }
    }

    public WaitingPool(Maker<K, P> maker, PoolRules rules) {
        this.maker = maker;
        this.rules = rules;
    }

    /// Begins to keep places.
    public synchronized void start() {
        if (!running && !closed) {
            running = true;
            lookAt = System.nanoTime();
            Thread.ofVirtual().name("waiting-places").start(this::keep);
        }
    }

    /// Keeps places of a kind for good.
    public synchronized void always(K kind) {
        kind(kind).always = true;
        lookSoon(Duration.ZERO);
    }

    /// Somebody is about to take a place of a kind: one is made now if there is none for him.
    /// `expectNoMore` goes with each call.
    public void expect(K kind) {
        Slot<P> place = new Slot<>();
        synchronized (this) {
            Kind<P> known = kind(kind);
            known.expected++;
            if (closed
                    || known.places.size() >= known.expected
                    || count() >= rules.total() + rules.ahead()
                    || !known.mayTry(System.nanoTime())) {
                return;
            }
            known.places.add(place);
        }
        Thread.ofVirtual().name("expected-place").start(() -> make(kind, place));
    }

    /// He took it, or he does not come.
    public synchronized void expectNoMore(K kind) {
        kind(kind).expected--;
        lookSoon(rules.settle());
    }

    /// Takes a place, waiting for one that is being made.
    ///
    /// @return empty when there is none
    public Optional<P> take(K kind, Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            Optional<Slot<P>> next = next(kind);
            if (next.isEmpty()) {
                return Optional.empty();
            }
            Slot<P> place = next.get();
            try {
                P there = place.there.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                used.increment();
                return Optional.of(there);
            } catch (ExecutionException e) {
                LOG.log(System.Logger.Level.DEBUG, "a waiting place was not made", e);
            } catch (TimeoutException e) {
                discardLater(place);
            } catch (InterruptedException e) {
                discardLater(place);
                throw e;
            }
        }
    }

    // One that is ready goes before one that is being made
    private synchronized Optional<Slot<P>> next(K kind) {
        Kind<P> known = kind(kind);
        known.everUsed = true;
        known.usedAt = System.nanoTime();
        lookSoon(rules.settle());
        Optional<Slot<P>> first =
                known.places.stream()
                        .filter(Slot::isDone)
                        .findFirst()
                        .or(() -> Optional.ofNullable(known.places.peekFirst()));
        first.ifPresent(known.places::remove);
        return first;
    }

    /// How many places wait to be used.
    public synchronized int idle() {
        return (int)
                kinds.values().stream()
                        .flatMap(kind -> kind.places.stream())
                        .filter(place -> place.isDone() && !place.failed())
                        .count();
    }

    /// How many were made so far.
    public long made() {
        return made.sum();
    }

    /// How many were taken so far.
    public long used() {
        return used.sum();
    }

    /// How many were thrown away unused so far.
    public long discarded() {
        return discarded.sum();
    }

    private int count() {
        return kinds.values().stream().mapToInt(kind -> kind.places.size()).sum();
    }

    private Kind<P> kind(K kind) {
        if (kinds.size() >= MOST_KINDS && !kinds.containsKey(kind)) {
            kinds.values()
                    .removeIf(other ->
                            other.places.isEmpty() && other.expected == 0 && !other.always);
        }
        return kinds.computeIfAbsent(kind, _ -> new Kind<>());
    }

    private void lookSoon(Duration delay) {
        long at = System.nanoTime() + delay.toNanos();
        if (at - lookAt < 0) {
            lookAt = at;
            notifyAll();
        }
    }

    private void keep() {
        try {
            while (awaitLook()) {
                try {
                    maker.look();
                    sweep();
                    refill();
                } catch (RuntimeException | Error e) {
                    LOG.log(System.Logger.Level.WARNING, "looking after waiting places failed", e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean awaitLook() throws InterruptedException {
        long left = lookAt - System.nanoTime();
        while (!closed && left > 0) {
            wait(1 + left / 1_000_000);
            left = lookAt - System.nanoTime();
        }
        lookAt = System.nanoTime() + LOOK_EVERY.toNanos();
        return !closed;
    }

    /// Throws away what cannot be used and what is too much.
    private void sweep() {
        List<Slot<P>> idle;
        synchronized (this) {
            idle = kinds.values().stream().flatMap(kind -> kind.places.stream()).toList();
        }
        for (Slot<P> place : idle) {
            if (place.isDone() && (place.failed() || !usable(place))) {
                throwAway(place);
            }
        }
        surplus().forEach(this::throwAway);
    }

    private boolean usable(Slot<P> place) {
        return maker.isUsable(place.there.join());
    }

    // Not when somebody took it meanwhile
    private void throwAway(Slot<P> place) {
        boolean ours;
        synchronized (this) {
            ours = kinds.values().stream().anyMatch(kind -> kind.places.remove(place));
        }
        if (ours) {
            discardLater(place);
        }
    }

    private synchronized List<Slot<P>> surplus() {
        List<Slot<P>> surplus = new ArrayList<>();
        Map<K, Integer> wanted = wanted();
        kinds.forEach((key, kind) -> {
            int keep = Math.max(wanted.getOrDefault(key, 0), kind.expected);
            kind.places.stream()
                    .filter(Slot::isDone)
                    .limit(Math.max(0, kind.places.size() - keep))
                    .forEach(surplus::add);
        });
        kinds.values()
                .removeIf(kind ->
                        kind.places.isEmpty()
                                && kind.expected <= 0
                                && !kind.always
                                && !isRecent(kind));
        return surplus;
    }

    private boolean isRecent(Kind<P> kind) {
        return kind.everUsed && System.nanoTime() - kind.usedAt < rules.recent().toNanos();
    }

    /// How many of which kinds there are to be.
    private Map<K, Integer> wanted() {
        Map<K, Integer> wanted = new HashMap<>();
        int left = rules.total();
        long now = System.nanoTime();
        List<Map.Entry<K, Kind<P>>> order = new ArrayList<>(kinds.entrySet());
        order.sort(
                Comparator.comparing((Map.Entry<K, Kind<P>> entry) -> !entry.getValue().always)
                        .thenComparingLong(entry -> now - entry.getValue().usedAt));
        for (Map.Entry<K, Kind<P>> entry : order) {
            if (entry.getValue().always || isRecent(entry.getValue())) {
                int here = Math.min(left, rules.perKind());
                wanted.put(entry.getKey(), here);
                left -= here;
            }
        }
        return wanted;
    }

    private void refill() {
        for (Optional<K> next = nextToMake(); next.isPresent(); next = nextToMake()) {
            Slot<P> place = new Slot<>();
            synchronized (this) {
                if (closed) {
                    return;
                }
                kind(next.get()).places.add(place);
            }
            make(next.get(), place);
        }
    }

    private synchronized Optional<K> nextToMake() {
        long now = System.nanoTime();
        Map<K, Integer> wanted = wanted();
        return kinds.entrySet().stream()
                .filter(entry ->
                        entry.getValue().places.size() < wanted.getOrDefault(entry.getKey(), 0)
                                && entry.getValue().mayTry(now))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private void make(K key, Slot<P> place) {
        try {
            P there = maker.make(key);
            made.increment();
            synchronized (this) {
                kind(key).failures = 0;
                place.there.complete(there);
                if (closed && kind(key).places.remove(place)) {
                    discardLater(place);
                }
            }
        } catch (RuntimeException | Error e) {
            synchronized (this) {
                Kind<P> kind = kind(key);
                kind.places.remove(place);
                kind.failures++;
                kind.failedAt = System.nanoTime();
            }
            place.there.completeExceptionally(e);
            LOG.log(System.Logger.Level.DEBUG, "a waiting place could not be made", e);
        }
    }

    private void discardLater(Slot<P> place) {
        CompletableFuture<Void> _ =
                place.there.thenAcceptAsync(
                        there -> {
                            discarded.increment();
                            maker.discard(there);
                        },
                        Thread::startVirtualThread);
    }

    /// Removes all places that wait, and waits for that a moment.
    @Override
    public void close() {
        List<Slot<P>> places;
        synchronized (this) {
            closed = true;
            notifyAll();
            places = kinds.values().stream().flatMap(kind -> kind.places.stream()).toList();
            kinds.values().forEach(kind -> kind.places.clear());
        }
        CompletableFuture<?>[] removals =
                places.stream()
                        .map(place ->
                                place.there.thenAcceptAsync(
                                        maker::discard, Thread::startVirtualThread))
                        .toArray(CompletableFuture[]::new);
        try {
            CompletableFuture.allOf(removals).get(LAST_WAIT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.log(System.Logger.Level.DEBUG, "not every waiting place was removed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
