package dev.runnel.waiting;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StartsUnderWayTest {
    private final StartsUnderWay<String> starts = new StartsUnderWay<>(Duration.ofHours(1));

    @Test
    void workMakesWayUntilTheStartIsOver() throws Exception {
        starts.begin("a");
        CompletableFuture<Void> work = makeWay(name -> true);
        Thread.sleep(50);
        assertThat(work).isNotDone();
        starts.over("a");
        work.get(10, TimeUnit.SECONDS);
    }

    @Test
    void aStartThatFollowsAtOnceIsSeen() throws Exception {
        CompletableFuture<Void> work = makeWay(name -> true);
        starts.begin("a");
        Thread.sleep(50);
        assertThat(work).isNotDone();
        starts.over(name -> name.equals("a"));
        work.get(10, TimeUnit.SECONDS);
    }

    @Test
    void workMakesNoWayForTheStartsOfOthers() throws Exception {
        starts.begin("a");
        makeWay("b"::equals).get(10, TimeUnit.SECONDS);
    }

    @Test
    void workWaitsNoLongerThanItWasTold() throws Exception {
        StartsUnderWay<String> impatient = new StartsUnderWay<>(Duration.ofMillis(10));
        impatient.begin("a");
        impatient.makeWay(name -> true);
        impatient.over("a");
    }

    @Test
    void whatIsOverTwiceOrNeverBeganIsOver() throws Exception {
        starts.over("never");
        starts.begin("a");
        starts.begin("a");
        starts.over("a");
        starts.over("a");
        starts.makeWay(name -> true);
    }

    private CompletableFuture<Void> makeWay(Predicate<String> which) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try {
                starts.makeWay(which);
                done.complete(null);
            } catch (InterruptedException e) {
                done.completeExceptionally(e);
            }
        });
        return done;
    }
}
