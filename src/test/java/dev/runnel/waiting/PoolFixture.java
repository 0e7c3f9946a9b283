package dev.runnel.waiting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.waiting.FakePlaces.Place;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/// Pools of places that a fake makes.
@Timeout(value = 3, unit = TimeUnit.MINUTES)
abstract class PoolFixture {
    static final Duration LONG = Duration.ofMinutes(15);
    static final Duration PATIENT = Duration.ofMinutes(1);

    final FakePlaces places = new FakePlaces();
    final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<WaitingPool<String, Place>> pools = new ArrayList<>();

    @AfterEach
    final void close() {
        pools.forEach(WaitingPool::close);
        threads.close();
        assertThat(places.discarded()).doesNotHaveDuplicates();
    }

    final WaitingPool<String, Place> pool(int perKind, int total, int ahead) {
        return pool(new PoolRules(perKind, total, ahead, LONG, Duration.ZERO));
    }

    final WaitingPool<String, Place> pool(PoolRules rules) {
        WaitingPool<String, Place> pool = new WaitingPool<>(places, rules);
        pools.add(pool);
        return pool;
    }

    final Optional<Place> take(WaitingPool<String, Place> pool, String kind)
            throws InterruptedException {
        return pool.take(kind, PATIENT).map(places::took);
    }

    final void awaitWaiting(Map<String, Long> kinds) throws InterruptedException {
        FakePlaces.await(() -> places.waiting().equals(kinds), kinds + " to wait");
    }
}
