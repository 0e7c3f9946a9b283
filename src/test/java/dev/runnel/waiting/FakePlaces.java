package dev.runnel.waiting;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Makes places out of nothing, as slowly and as badly as a test wants it.
final class FakePlaces implements WaitingPool.Maker<String, FakePlaces.Place> {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final CountDownLatch OPEN = new CountDownLatch(0);

    private final List<Place> made = new CopyOnWriteArrayList<>();
    private final List<Place> taken = new CopyOnWriteArrayList<>();
    private final List<Place> discarded = new CopyOnWriteArrayList<>();
    private final Set<Place> broken = ConcurrentHashMap.newKeySet();
    private final Map<String, CountDownLatch> gates = new ConcurrentHashMap<>();
    private final Map<String, List<Long>> failedAt = new ConcurrentHashMap<>();
    private final Set<String> failing = ConcurrentHashMap.newKeySet();
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger looks = new AtomicInteger();
    private volatile boolean looksFail;
    private volatile @Nullable Thread keeper;

    /// @param number of all that were begun
    record Place(String kind, int number) {}

    @Override
    public Place make(String kind) {
        int number = begun.incrementAndGet();
        try {
            gates.getOrDefault(kind, OPEN).await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        if (failing.contains(kind)) {
            failedAt.computeIfAbsent(kind, _ -> new CopyOnWriteArrayList<>())
                    .add(System.nanoTime());
            throwOneOrTheOther(number, "no " + kind + " can be made");
        }
        Place place = new Place(kind, number);
        made.add(place);
        return place;
    }

    @Override
    public boolean isUsable(Place place) {
        return !broken.contains(place);
    }

    @Override
    public void discard(Place place) {
        discarded.add(place);
    }

    @Override
    public void look() {
        keeper = Thread.currentThread();
        int number = looks.incrementAndGet();
        if (looksFail) {
            throwOneOrTheOther(number, "nothing is to be seen");
        }
    }

    /// An exception or, each second time, an error.
    private static void throwOneOrTheOther(int number, String what) {
        if (number % 2 == 0) {
            throw new LinkageError(what);
        }
        throw new IllegalStateException(what);
    }

    /// Whoever makes one of these waits until the gate opens.
    CountDownLatch gate(String kind) {
        CountDownLatch gate = new CountDownLatch(1);
        gates.put(kind, gate);
        return gate;
    }

    void fail(String kind) {
        failing.add(kind);
    }

    void succeed(String kind) {
        failing.remove(kind);
    }

    void failToLook(boolean fails) {
        looksFail = fails;
    }

    void breakDown(Place place) {
        broken.add(place);
    }

    /// `System.nanoTime` of each failure.
    List<Long> failures(String kind) {
        return failedAt.getOrDefault(kind, List.of());
    }

    /// How many were begun, made or not.
    int begun() {
        return begun.get();
    }

    List<Place> made() {
        return List.copyOf(made);
    }

    long made(String kind) {
        return made.stream().filter(place -> place.kind().equals(kind)).count();
    }

    List<Place> discarded() {
        return List.copyOf(discarded);
    }

    /// Tells the fake which ones somebody has.
    Place took(Place place) {
        taken.add(place);
        return place;
    }

    /// How many of each kind are there and nobody's.
    Map<String, Long> waiting() {
        return made.stream()
                .filter(place -> !taken.contains(place) && !discarded.contains(place))
                .collect(Collectors.groupingBy(Place::kind, Collectors.counting()));
    }

    /// Waits until a pool has looked once more, with nothing left to do.
    ///
    /// @param kind one that is kept always
    void awaitRound(WaitingPool<String, Place> pool, String kind) throws InterruptedException {
        int before = looks.get();
        pool.always(kind);
        await(() -> looks.get() > before && isResting(), "a look");
    }

    private boolean isResting() {
        Thread thread = keeper;
        return thread != null && thread.getState() == Thread.State.TIMED_WAITING;
    }

    static void await(BooleanSupplier condition, String what) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("time for %s", what).isLessThan(deadline);
            Thread.sleep(2);
        }
    }
}
