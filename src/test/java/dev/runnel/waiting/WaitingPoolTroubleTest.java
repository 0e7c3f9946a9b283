package dev.runnel.waiting;

import static dev.runnel.waiting.FakePlaces.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.runnel.waiting.FakePlaces.Place;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What cannot be made or used, many who take at once, and the end: no place is left or used twice.
class WaitingPoolTroubleTest extends PoolFixture {

    @Test
    void oneThatIsMadeTooLateIsThrownAway() throws Exception {
        WaitingPool<String, Place> pool = pool(0, 0, 1);
        CountDownLatch gate = places.gate("a");
        pool.expect("a");
        assertThat(pool.take("a", Duration.ofMillis(20))).isEmpty();
        gate.countDown();
        await(() -> places.discarded().size() == 1, "it to be thrown away");
        assertThat(pool.used()).isZero();
    }

    @Test
    void oneThatIsMadeForSomebodyWhoIsInterruptedIsThrownAway() throws Exception {
        WaitingPool<String, Place> pool = pool(0, 0, 1);
        CountDownLatch gate = places.gate("a");
        pool.expect("a");
        Future<Optional<Place>> taking =
                threads.submit(() -> {
                    Thread.currentThread().interrupt();
                    return take(pool, "a");
                });
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(taking::get)
                .withCauseInstanceOf(InterruptedException.class);
        gate.countDown();
        await(() -> places.discarded().size() == 1, "it to be thrown away");
    }

    @Test
    void whoeverWaitsForOneThatCannotBeMadeHasNone() throws Exception {
        WaitingPool<String, Place> pool = pool(0, 0, 1);
        places.fail("a");
        CountDownLatch gate = places.gate("a");
        pool.expect("a");
        await(() -> places.begun() == 1, "it to be begun");
        Future<Optional<Place>> taking = threads.submit(() -> take(pool, "a"));
        gate.countDown();
        assertThat(taking.get()).isEmpty();
        assertThat(pool.used()).isZero();
        assertThat(pool.made()).isZero();
    }

    @Test
    void whatCannotBeMadeIsTriedLessAndLessOftenAndIsNotInTheWayOfOthers() throws Exception {
        WaitingPool<String, Place> pool = pool(1, 4, 4);
        places.fail("bad");
        pool.always("bad");
        pool.always("good");
        pool.start();
        awaitWaiting(Map.of("good", 1L));
        while (places.failures("bad").size() < 3) {
            places.awaitRound(pool, "good");
            pool.expect("bad");
            pool.expectNoMore("bad");
        }
        List<Long> at = places.failures("bad");
        assertThat(at.get(1) - at.get(0)).isGreaterThan(Duration.ofSeconds(2).toNanos());
        assertThat(at.get(2) - at.get(1)).isGreaterThan(Duration.ofSeconds(4).toNanos());
        assertThat(places.waiting()).isEqualTo(Map.of("good", 1L));
    }

    @Test
    void whatCouldNotBeMadeIsKeptAsSoonAsItCan() throws Exception {
        WaitingPool<String, Place> pool = pool(1, 4, 0);
        places.fail("a");
        pool.always("a");
        pool.start();
        await(() -> places.failures("a").size() == 1, "a failure");
        places.succeed("a");
        while (pool.idle() == 0) {
            places.awaitRound(pool, "a");
        }
        // and its failures are forgotten
        assertThat(take(pool, "a")).isPresent();
        awaitWaiting(Map.of("a", 1L));
    }

    @Test
    void oneThatCannotBeUsedAnyMoreIsReplaced() throws Exception {
        WaitingPool<String, Place> pool = pool(1, 4, 0);
        pool.always("a");
        pool.start();
        awaitWaiting(Map.of("a", 1L));
        Place dead = places.made().getFirst();
        places.breakDown(dead);
        places.awaitRound(pool, "a");
        assertThat(take(pool, "a").orElseThrow()).isNotEqualTo(dead);
        await(() -> places.discarded().contains(dead), "it to be thrown away");
    }

    @Test
    void aLookThatFailsIsNotTheLast() throws Exception {
        WaitingPool<String, Place> pool = pool(1, 4, 0);
        places.failToLook(true);
        pool.always("a");
        pool.start();
        places.awaitRound(pool, "a");
        places.failToLook(false);
        places.awaitRound(pool, "a");
        assertThat(pool.idle()).isEqualTo(1);
    }

    @Test
    void noneIsUsedTwiceAndNoneIsLostHoweverManyTake() throws Exception {
        WaitingPool<String, Place> pool = pool(3, 6, 8);
        pool.start();
        Set<Place> got = ConcurrentHashMap.newKeySet();
        List<Future<Integer>> takers =
                IntStream.range(0, 16)
                        .mapToObj(number -> threads.submit(() -> takeMany(pool, number, got)))
                        .toList();
        int uses = 0;
        for (Future<Integer> taker : takers) {
            uses += taker.get();
        }
        assertThat(got).hasSize(uses).isNotEmpty().doesNotContainAnyElementsOf(places.discarded());
        assertThat(pool.used()).isEqualTo(uses);
        pool.close();
        await(
                () -> got.size() + places.discarded().size() == places.made().size(),
                "every one to be used or thrown away");
    }

    private int takeMany(WaitingPool<String, Place> pool, int number, Set<Place> got)
            throws InterruptedException {
        int uses = 0;
        for (int round = 0; round < 200; round++) {
            String kind = "kind " + (number + round) % 3;
            if (round % 2 == 0) {
                pool.expect(kind);
            }
            Optional<Place> place = pool.take(kind, Duration.ofMillis(round % 5));
            place.ifPresent(one -> assertThat(got.add(one)).as("%s is his alone", one).isTrue());
            uses += place.isPresent() ? 1 : 0;
            if (round % 2 == 0) {
                pool.expectNoMore(kind);
            }
        }
        return uses;
    }

    @Test
    void atTheEndAllAreThrownAwayEvenOneThatIsBeingMade() throws Exception {
        WaitingPool<String, Place> pool = pool(2, 4, 4);
        pool.always("a");
        pool.start();
        await(() -> pool.idle() == 2, "two that wait");
        CountDownLatch gate = places.gate("b");
        pool.expect("b");
        pool.always("c");
        await(() -> pool.idle() == 4 && places.begun() == 5, "one that is being made");
        Future<?> closing = threads.submit(pool::close);
        await(() -> places.discarded().size() == 4, "those that waited to be thrown away");
        gate.countDown();
        closing.get();
        assertThat(places.waiting()).as("when it is closed").isEmpty();
        assertThat(places.discarded()).hasSize(5);
    }

    @Test
    void whatIsClosedMakesNothing() throws Exception {
        WaitingPool<String, Place> pool = pool(1, 4, 4);
        pool.start();
        pool.close();
        pool.start();
        pool.always("a");
        pool.expect("b");
        assertThat(take(pool, "a")).isEmpty();
        assertThat(take(pool, "b")).isEmpty();
        assertThat(places.begun()).isZero();
    }
}
