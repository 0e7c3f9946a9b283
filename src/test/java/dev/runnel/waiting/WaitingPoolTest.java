package dev.runnel.waiting;

import static dev.runnel.waiting.FakePlaces.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.waiting.FakePlaces.Place;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// Who gets which places, and how many of which kinds wait.
class WaitingPoolTest extends PoolFixture {

    @Test
    void nobodyWaitsForWhatNobodyMakesAndAnotherIsMadeAfterEachUse() throws Exception {
        WaitingPool<String, Place> pool = pool(1, 4, 0);
        pool.start();
        assertThat(take(pool, "a")).isEmpty();
        Set<Place> got = ConcurrentHashMap.newKeySet();
        for (int use = 1; use <= 3; use++) {
            await(() -> pool.idle() == 1, "one that waits");
            assertThat(got.add(take(pool, "a").orElseThrow())).isTrue();
        }
        await(() -> pool.idle() == 1, "one that waits");
        assertThat(pool.used()).isEqualTo(3);
        assertThat(pool.made()).isEqualTo(4);
        assertThat(pool.discarded()).isZero();
    }

    @Test
    void theNextOneIsMadeAMomentAfterAUse() throws Exception {
        Duration settle = Duration.ofMillis(400);
        WaitingPool<String, Place> pool = pool(new PoolRules(1, 4, 0, LONG, settle));
        pool.always("a");
        pool.start();
        places.awaitRound(pool, "a");
        long before = System.nanoTime();
        assertThat(take(pool, "a")).isPresent();
        await(() -> places.begun() == 2, "another one");
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(settle);
    }

    @Test
    void nothingIsKeptBeforeTheStart() throws Exception {
        WaitingPool<String, Place> pool = pool(1, 4, 0);
        pool.always("a");
        assertThat(take(pool, "a")).isEmpty();
        assertThat(places.begun()).isZero();
        pool.start();
        awaitWaiting(Map.of("a", 1L));
    }

    @Test
    void thereAreSoManyOfAKindAndSoManyInAllAndTheFirstGoFirst() throws Exception {
        WaitingPool<String, Place> pool = pool(2, 5, 0);
        pool.start();
        for (String kind : List.of("d", "b", "c", "a")) {
            pool.always(kind);
        }
        for (int round = 0; round < 20; round++) {
            places.awaitRound(pool, "a");
            assertThat(places.waiting()).isEqualTo(Map.of("d", 2L, "b", 2L, "c", 1L));
        }
        assertThat(places.made()).as("none was made in vain").hasSize(5);
    }

    @Test
    void kindsThatWereUsedLastGoFirstAndTheOthersMakeRoom() throws Exception {
        WaitingPool<String, Place> pool = pool(2, 3, 0);
        pool.start();
        for (String kind : List.of("a", "b", "c")) {
            take(pool, kind);
        }
        awaitWaiting(Map.of("c", 2L, "b", 1L));
        take(pool, "a");
        awaitWaiting(Map.of("a", 2L, "c", 1L));
    }

    @Test
    void kindsThatAreAlwaysKeptGoBeforeThoseThatWereUsed() throws Exception {
        WaitingPool<String, Place> pool = pool(1, 1, 0);
        pool.start();
        take(pool, "used");
        awaitWaiting(Map.of("used", 1L));
        pool.always("kept");
        awaitWaiting(Map.of("kept", 1L));
        take(pool, "used");
        places.awaitRound(pool, "kept");
        assertThat(places.waiting()).isEqualTo(Map.of("kept", 1L));
    }

    @Test
    void kindsThatWereNotUsedForLongAreKeptNoMore() throws Exception {
        WaitingPool<String, Place> pool =
                pool(new PoolRules(1, 4, 0, Duration.ofMillis(300), Duration.ZERO));
        pool.always("kept");
        pool.start();
        while (places.made("used") == 0) {
            take(pool, "used");
            places.awaitRound(pool, "kept");
        }
        while (places.waiting().containsKey("used")) {
            places.awaitRound(pool, "kept");
        }
        places.awaitRound(pool, "kept");
        assertThat(places.waiting()).isEqualTo(Map.of("kept", 1L));
        assertThat(places.discarded()).isNotEmpty().allMatch(one -> one.kind().equals("used"));
    }

    @Test
    void whoeverIsExpectedGetsOneAndNoneIsMadeInItsStead() throws Exception {
        WaitingPool<String, Place> pool = pool(0, 0, 2);
        pool.start();
        pool.expect("a");
        pool.expect("a");
        assertThat(take(pool, "a")).isPresent();
        pool.expectNoMore("a");
        assertThat(take(pool, "a")).isPresent();
        pool.expectNoMore("a");
        assertThat(take(pool, "a")).isEmpty();
        places.awaitRound(pool, "a");
        assertThat(places.begun()).isEqualTo(2);
    }

    @Test
    void whatWasMadeForSomebodyWhoDoesNotComeIsThrownAway() throws Exception {
        WaitingPool<String, Place> pool = pool(0, 0, 2);
        pool.start();
        pool.expect("a");
        awaitWaiting(Map.of("a", 1L));
        places.awaitRound(pool, "other");
        assertThat(pool.idle()).as("while he is expected").isEqualTo(1);
        pool.expectNoMore("a");
        await(() -> places.discarded().size() == 1, "it to be thrown away");
        assertThat(pool.discarded()).isEqualTo(1);
        assertThat(pool.idle()).isZero();
    }

    @Test
    void onlySoManyAreMadeForThoseWhoAreExpected() throws Exception {
        WaitingPool<String, Place> pool = pool(1, 1, 2);
        pool.always("kept");
        pool.start();
        awaitWaiting(Map.of("kept", 1L));
        for (String kind : List.of("kept", "a", "b", "c", "d")) {
            pool.expect(kind);
        }
        awaitWaiting(Map.of("kept", 1L, "a", 1L, "b", 1L));
        places.awaitRound(pool, "kept");
        assertThat(places.begun()).isEqualTo(3);
        assertThat(take(pool, "c")).isEmpty();
    }

    @Test
    void whoeverTakesWaitsForOneThatIsBeingMade() throws Exception {
        WaitingPool<String, Place> pool = pool(0, 0, 1);
        CountDownLatch gate = places.gate("a");
        pool.expect("a");
        await(() -> places.begun() == 1, "it to be begun");
        Future<Optional<Place>> taking = threads.submit(() -> take(pool, "a"));
        assertThat(pool.idle()).isZero();
        assertThat(taking.isDone()).isFalse();
        gate.countDown();
        assertThat(taking.get()).isPresent();
    }

    @Test
    void oneThatIsReadyGoesBeforeOneThatIsBeingMade() throws Exception {
        WaitingPool<String, Place> pool = pool(0, 0, 2);
        CountDownLatch slow = places.gate("a");
        pool.expect("a");
        await(() -> places.begun() == 1, "the first to be begun");
        places.gate("a").countDown();
        pool.expect("a");
        awaitWaiting(Map.of("a", 1L));
        assertThat(take(pool, "a").orElseThrow().number()).isEqualTo(2);
        slow.countDown();
    }

    @Test
    void whatIsAlwaysKeptIsKeptHoweverManyOtherKindsThereWere() throws Exception {
        WaitingPool<String, Place> pool = pool(1, 100, 0);
        for (int number = 0; number < 80; number++) {
            pool.always("kept " + number);
        }
        for (int number = 0; number < 1200; number++) {
            take(pool, "used " + number);
        }
        pool.start();
        await(() -> pool.idle() == 100, "as many as there may be");
        assertThat(places.waiting().keySet().stream().filter(kind -> kind.startsWith("kept")))
                .hasSize(80);
    }
}
