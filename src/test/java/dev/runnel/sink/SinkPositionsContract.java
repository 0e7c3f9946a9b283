package dev.runnel.sink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.run.RunId;
import dev.runnel.sink.SinkPositions.Claim;
import dev.runnel.sink.SinkPositions.Position;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What every keeper of positions does. A subclass gives it one, and runs.
public abstract class SinkPositionsContract {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofMillis(50);
    private final Instant recently = Instant.now().minus(Duration.ofHours(1));

    /// The keeper; the same for the whole of one test.
    protected abstract SinkPositions positions();

    /// A run that exists, requested then, whose log has that many events.
    protected abstract RunId run(Instant requestedAt, long events, boolean ended);

    private RunId liveRun() {
        return run(Instant.now(), 1, false);
    }

    @Test
    void aRunWithoutPositionIsUnseenUntilItHasOne() {
        RunId passed = liveRun();
        RunId claimed = liveRun();
        RunId unseen = liveRun();
        positions().pass("sink", List.of(passed));
        assertThat(positions().claim("sink", claimed, "a", LONG)).isPresent();
        assertThat(positions().unseenSince("sink", recently, 1000))
                .contains(unseen)
                .doesNotContain(passed, claimed);
        assertThat(positions().unseenSince("other", recently, 1000))
                .contains(passed, claimed, unseen);
    }

    @Test
    void whatIsUnseenIsAskedForByTimeOrByBeingLive() {
        Instant longAgo = Instant.now().minus(Duration.ofDays(30));
        RunId oldEnded = run(longAgo, 1, true);
        RunId oldLive = run(longAgo, 1, false);
        RunId newEnded = run(Instant.now(), 1, true);
        RunId newLive = run(Instant.now(), 1, false);
        assertThat(positions().unseenSince("sink", recently, 1000))
                .contains(newEnded, newLive)
                .doesNotContain(oldEnded, oldLive);
        assertThat(positions().unseenLive("sink", 1000))
                .contains(oldLive, newLive)
                .doesNotContain(oldEnded, newEnded);
        positions().pass("sink", List.of(newLive));
        assertThat(positions().unseenLive("sink", 1000)).contains(oldLive).doesNotContain(newLive);
    }

    @Test
    void theOldestUnseenRunsComeFirst() {
        Instant longAgo = Instant.now().minus(Duration.ofDays(90));
        RunId first = run(longAgo, 1, false);
        RunId second = run(longAgo.plusSeconds(9), 1, false);
        assertThat(positions().unseenLive("sink", 2)).containsExactly(first, second);
        assertThat(positions().unseenSince("sink", longAgo.minusSeconds(1), 2))
                .containsExactly(first, second);
    }

    @Test
    void aNewPositionBeginsAtTheStart() {
        RunId run = liveRun();
        assertThat(positions().claim("sink", run, "a", LONG))
                .contains(new Claim(run, Position.START));
    }

    @Test
    void aPositionThatIsTakenIsNotGivenToAnother() {
        RunId run = liveRun();
        assertThat(positions().claim("sink", run, "a", LONG)).isPresent();
        assertThat(positions().claim("sink", run, "b", LONG)).isEmpty();
        assertThat(positions().claimDue("sink", "b", LONG, 1000))
                .extracting(Claim::run)
                .doesNotContain(run);
        assertThat(positions().save("sink", run, "b", new Position(1, "b"), false)).isFalse();
    }

    @Test
    void aPositionIsKeptPerSink() {
        RunId run = liveRun();
        assertThat(positions().claim("one", run, "a", LONG)).isPresent();
        assertThat(positions().save("one", run, "a", new Position(1, "memory"), false)).isTrue();
        assertThat(positions().claim("two", run, "b", LONG))
                .contains(new Claim(run, Position.START));
    }

    @Test
    void whatWasSavedIsThereForTheNextHolder() {
        RunId run = run(Instant.now(), 5, false);
        Position saved = new Position(3, "{\"links\":{}} \u00e4");
        assertThat(positions().claim("sink", run, "a", LONG)).isPresent();
        assertThat(positions().save("sink", run, "a", saved, false)).isTrue();
        positions().release("sink", "a", List.of(run));
        assertThat(positions().claim("sink", run, "b", LONG)).contains(new Claim(run, saved));
        assertThat(positions().save("sink", run, "a", new Position(4, ""), false)).isFalse();
    }

    @Test
    void releasingWhatAnotherHasChangesNothing() {
        RunId run = liveRun();
        assertThat(positions().claim("sink", run, "a", LONG)).isPresent();
        positions().release("sink", "b", List.of(run));
        assertThat(positions().claim("sink", run, "b", LONG)).isEmpty();
    }

    @Test
    void anExpiredLeaseIsTakenOver() {
        RunId run = run(Instant.now(), 5, false);
        assertThat(positions().claim("sink", run, "a", SHORT)).isPresent();
        Eventually.until(
                "the lease expires",
                () ->
                        positions().claimDue("sink", "b", LONG, 1000).stream()
                                .anyMatch(claim -> claim.run().equals(run)));
        assertThat(positions().renew("sink", "a", Set.of(run), LONG)).isEmpty();
        assertThat(positions().save("sink", run, "a", new Position(1, ""), false)).isFalse();
        assertThat(positions().save("sink", run, "b", new Position(1, ""), false)).isTrue();
    }

    @Test
    void aRenewedLeaseHolds() {
        RunId run = liveRun();
        assertThat(positions().claim("sink", run, "a", SHORT)).isPresent();
        assertThat(positions().renew("sink", "a", Set.of(run), LONG)).containsExactly(run);
        Eventually.never(
                "another takes it",
                SHORT.multipliedBy(3),
                () -> positions().claim("sink", run, "b", LONG).isPresent());
    }

    @Test
    void whatIsDoneIsNeverGivenOutAgain() {
        RunId run = run(Instant.now(), 5, true);
        assertThat(positions().claim("sink", run, "a", LONG)).isPresent();
        assertThat(positions().save("sink", run, "a", new Position(4, ""), true)).isTrue();
        assertThat(positions().claim("sink", run, "a", LONG)).isEmpty();
        assertThat(positions().claimDue("sink", "a", LONG, 1000))
                .extracting(Claim::run)
                .doesNotContain(run);
        assertThat(positions().save("sink", run, "a", new Position(5, ""), false)).isFalse();
        assertThat(positions().renew("sink", "a", Set.of(run), LONG)).isEmpty();
    }

    @Test
    void aRunThatIsPassedIsNeverGivenOut() {
        RunId run = liveRun();
        positions().pass("sink", List.of(run));
        assertThat(positions().claim("sink", run, "a", LONG)).isEmpty();
    }

    @Test
    void passingLeavesAPositionAlone() {
        RunId run = liveRun();
        assertThat(positions().claim("sink", run, "a", LONG)).isPresent();
        positions().pass("sink", List.of(run));
        assertThat(positions().save("sink", run, "a", new Position(1, ""), false)).isTrue();
    }

    @Test
    void onlyWhatIsBehindItsLogIsDue() {
        RunId behind = run(Instant.now(), 5, false);
        RunId caughtUp = run(Instant.now(), 5, false);
        for (RunId run : List.of(behind, caughtUp)) {
            assertThat(positions().claim("sink", run, "a", LONG)).isPresent();
        }
        assertThat(positions().save("sink", behind, "a", new Position(4, "m"), false)).isTrue();
        assertThat(positions().save("sink", caughtUp, "a", new Position(5, ""), false)).isTrue();
        positions().release("sink", "a", List.of(behind, caughtUp));
        assertThat(positions().claimDue("sink", "b", LONG, 1000))
                .contains(new Claim(behind, new Position(4, "m")))
                .extracting(Claim::run)
                .doesNotContain(caughtUp);
    }

    @Test
    void noTwoInstancesGetTheSamePosition() throws InterruptedException {
        List<RunId> runs = IntStream.range(0, 60).mapToObj(_ -> liveRun()).toList();
        for (RunId run : runs) {
            assertThat(positions().claim("shared", run, "setup", LONG)).isPresent();
        }
        positions().release("shared", "setup", runs);
        Set<RunId> claimed = ConcurrentHashMap.newKeySet();
        Set<RunId> twice = ConcurrentHashMap.newKeySet();
        List<Thread> instances =
                IntStream.range(0, 4)
                        .mapToObj(number ->
                                Thread.ofVirtual()
                                        .start(() ->
                                                claimAll("instance-" + number, claimed, twice)))
                        .toList();
        for (Thread instance : instances) {
            instance.join();
        }
        assertThat(twice).isEmpty();
        assertThat(claimed).containsAll(runs);
    }

    private void claimAll(String instance, Set<RunId> claimed, Set<RunId> twice) {
        // an instance may find nothing while others hold the rows, so it asks some more
        for (int turn = 0; turn < 40; turn++) {
            for (Claim claim : positions().claimDue("shared", instance, LONG, 3)) {
                if (!claimed.add(claim.run())) {
                    twice.add(claim.run());
                }
            }
        }
    }
}
