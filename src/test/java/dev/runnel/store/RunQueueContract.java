package dev.runnel.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.eventlog.DrivenRun;
import dev.runnel.eventlog.EventLog;
import dev.runnel.run.Queueing;
import dev.runnel.run.Reason;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.RunEnded;
import dev.runnel.run.RunEvent.RunStateChanged;
import dev.runnel.run.RunId;
import dev.runnel.run.RunState;
import dev.runnel.store.Pauses.Scope;
import dev.runnel.store.RunQueue.Depth;
import dev.runnel.store.RunQueue.Held;
import dev.runnel.store.RunQueue.Promotion;
import dev.runnel.store.RunQueue.Spot;
import dev.runnel.store.RunQueue.Waiting;
import dev.runnel.store.RunStore.Claim;
import dev.runnel.store.RunStore.Origin;
import dev.runnel.store.RunStore.Submission;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What every queue does: order, fairness, start times, lists. Nobody else may claim from the store
/// under test.
@Timeout(60)
public abstract class RunQueueContract {
    protected static final Duration LEASE = Duration.ofMinutes(5);

    protected abstract RunStore store();

    protected abstract RunQueue queue();

    protected abstract Pauses pauses();

    /// An event log over the same runs.
    protected abstract EventLog log();

    @BeforeEach
    void drain() throws Exception {
        pauses().all().forEach(pause -> pauses().resume(pause.scope()));
        // what earlier tests left waiting
        List<Waiting> left = queue().waiting(Optional.empty(), 100);
        while (!left.isEmpty()) {
            for (Waiting waiting : left) {
                RunId id = waiting.run().id();
                end(store().claim(id, "drain", LEASE).orElseThrow());
            }
            left = queue().waiting(Optional.empty(), 100);
        }
    }

    @Test
    void aHigherPriorityGoesFirstAndWithinOneWhoCameFirst() {
        Run low = submit("a", prioritized(-5));
        Run first = submit("a", Queueing.USUAL);
        Run second = submit("a", Queueing.USUAL);
        Run high = submit("a", prioritized(100));
        assertThat(claimAll()).containsExactly(high.id(), first.id(), second.id(), low.id());
    }

    @Test
    void repositoriesTakeTurns() {
        List<Run> many = new ArrayList<>();
        for (int run = 0; run < 5; run++) {
            many.add(submit("a", Queueing.USUAL));
        }
        Run other = submit("b", Queueing.USUAL);
        Run another = submit("b", Queueing.USUAL);
        assertThat(claimAll())
                .containsExactly(
                        many.get(0).id(),
                        other.id(),
                        many.get(1).id(),
                        another.id(),
                        many.get(2).id(),
                        many.get(3).id(),
                        many.get(4).id());
    }

    @Test
    void whoComesLaterStandsBesideTheHeadAndNotBeforeIt() {
        List<Run> many = new ArrayList<>();
        for (int run = 0; run < 5; run++) {
            many.add(submit("a", Queueing.USUAL));
        }
        for (int run = 0; run < 3; run++) {
            assertThat(store().claimNext("i", LEASE)).isPresent();
        }
        Run late = submit("b", Queueing.USUAL);
        assertThat(claimAll()).containsExactly(many.get(3).id(), late.id(), many.get(4).id());
    }

    @Test
    void theTurnsOfOnePriorityDoNotDelayThoseOfAnother() {
        for (int run = 0; run < 5; run++) {
            submit("a", Queueing.USUAL);
        }
        Run urgent = submit("a", prioritized(1));
        Run other = submit("b", prioritized(1));
        Run urgentToo = submit("a", prioritized(1));
        assertThat(claimAll()).startsWith(urgent.id(), other.id(), urgentToo.id()).hasSize(8);
    }

    @Test
    void aRunIsNotTakenBeforeItsTimeAndTheQueueKnowsWhenThatIs() throws Exception {
        Run later = submit("a", notBefore(Duration.ofHours(1)));
        assertThat(store().claimNext("i", LEASE)).isEmpty();
        assertThat(queue().promoteDue().runs()).isZero();
        Run soon = submit("a", notBefore(Duration.ofMillis(400)));
        assertThat(heldBy(soon)).contains(Held.NOT_BEFORE);
        assertThat(store().claimNext("i", LEASE)).isEmpty();

        Promotion promotion = queue().promoteDue();
        assertThat(promotion.runs()).isZero();
        assertThat(promotion.askAgain()).isLessThan(Duration.ofMillis(401));
        // a look too early, by a clock that is a little ahead, tells how long is left
        while (promotion.runs() == 0) {
            Thread.sleep(promotion.askAgain());
            promotion = queue().promoteDue();
        }
        assertThat(promotion.runs()).isEqualTo(1);
        assertThat(soon.request().queueing().notBefore().orElseThrow())
                .isBeforeOrEqualTo(Instant.now());
        assertThat(claimAll()).containsExactly(soon.id());
        assertThat(heldBy(later)).contains(Held.NOT_BEFORE);
    }

    @Test
    void aTimeThatHasPassedHoldsNothing() {
        Run run = submit("a", notBefore(Duration.ofHours(-1)));
        assertThat(claimAll()).containsExactly(run.id());
    }

    @Test
    void aRunWhoseTimeHasComeStandsBesideTheHead() throws Exception {
        Run held = submit("a", notBefore(Duration.ofMillis(30)));
        List<Run> many = new ArrayList<>();
        for (int run = 0; run < 4; run++) {
            many.add(submit("b", Queueing.USUAL));
        }
        store().claimNext("i", LEASE);
        store().claimNext("i", LEASE);
        while (queue().promoteDue().runs() == 0) {
            Thread.sleep(10);
        }
        Run next = submit("a", Queueing.USUAL);
        assertThat(claimAll())
                .containsExactly(held.id(), many.get(2).id(), many.get(3).id(), next.id());
    }

    @Test
    void whatHadADriverGoesBeforeWhatIsNewEvenWhileTheQueueIsPaused() throws Exception {
        Claim driven = claimed("a");
        Run urgent = submit("a", prioritized(100));
        store().release(driven.lease());
        pauses().pause(new Scope.Queue(), "me", Optional.empty());
        Claim again = store().claimNext("b", LEASE).orElseThrow();
        assertThat(again.run().id()).isEqualTo(driven.run().id());
        assertThat(again.origin()).isEqualTo(Origin.GIVEN_BACK);
        assertThat(store().claimNext("b", LEASE)).isEmpty();
        pauses().resume(new Scope.Queue());
        Claim next = store().claimNext("b", Duration.ofMillis(20)).orElseThrow();
        assertThat(next.run().id()).isEqualTo(urgent.id());
        assertThat(next.origin()).isEqualTo(Origin.NEW);

        pauses().pause(new Scope.Queue(), "me", Optional.empty());
        Optional<Claim> taken = store().claimNext("c", LEASE);
        while (taken.isEmpty()) {
            Thread.sleep(5);
            taken = store().claimNext("c", LEASE);
        }
        assertThat(taken.get().run().id()).isEqualTo(urgent.id());
        assertThat(taken.get().origin()).isEqualTo(Origin.EXPIRED);
    }

    @Test
    void theNextLookIsNoLaterThanTheNextLeaseCanExpire() throws Exception {
        submit("a", Queueing.USUAL);
        Claim claim = store().claimNext("i", Duration.ofSeconds(3)).orElseThrow();
        assertThat(queue().promoteDue().askAgain())
                .isBetween(Duration.ofMillis(1), Duration.ofSeconds(3));
        end(claim);
    }

    @Test
    void aCancelledRunIsTakenAtOnceWhateverHoldsIt() throws Exception {
        Run held = submit("a", notBefore(Duration.ofHours(1)));
        pauses().pause(new Scope.Queue(), "me", Optional.empty());
        store().requestCancel(held.id());
        Claim claim = store().claimNext("i", LEASE).orElseThrow();
        assertThat(claim.run().id()).isEqualTo(held.id());
        assertThat(claim.cancel()).contains(Reason.CANCELLED);
        assertThat(claim.origin()).isEqualTo(Origin.NEW);
        end(claim);
        assertThat(queue().waiting(held.id())).isEmpty();
    }

    @Test
    void waitingRunsAreListedInTheirOrderPageByPage() {
        List<RunId> expected = new ArrayList<>();
        Run later = submit("a", notBefore(Duration.ofHours(1)));
        Run laterButUrgent = submit("a", new Queueing(5, inAnHour(), Optional.empty()));
        for (int run = 0; run < 5; run++) {
            expected.add(submit("a", Queueing.USUAL).id());
        }
        expected.addFirst(submit("b", prioritized(1)).id());
        Claim orphan = claimed("c");
        store().release(orphan.lease());
        expected.addFirst(orphan.run().id());
        expected.add(laterButUrgent.id());
        expected.add(later.id());

        for (int size : List.of(1, 2, 3, 100)) {
            List<RunId> listed = new ArrayList<>();
            Optional<Spot> after = Optional.empty();
            List<Waiting> page = queue().waiting(after, size);
            while (!page.isEmpty()) {
                for (Waiting waiting : page) {
                    listed.add(waiting.run().id());
                    assertThat(waiting.position()).isEqualTo(listed.size());
                }
                page = queue().waiting(Optional.of(page.getLast().spot()), size);
            }
            assertThat(listed).as("pages of %d", size).isEqualTo(expected);
        }
        for (int index = 0; index < expected.size(); index++) {
            assertThat(queue().waiting(expected.get(index)).orElseThrow().position())
                    .isEqualTo(index + 1);
        }
        Claim claim = store().claim(expected.get(2), "i", LEASE).orElseThrow();
        assertThat(queue().waiting(claim.run().id())).isEmpty();
        assertThat(queue().waiting(DrivenRun.requested().id())).isEmpty();
        assertThat(queue().waiting(later.id()).orElseThrow().run()).isEqualTo(later);
    }

    @Test
    void theDepthCountsWhatWaitsAndWhatRuns() throws Exception {
        long running = queue().depth().running();
        assertThat(queue().depth()).isEqualTo(new Depth(0, Map.of(), Optional.empty(), running));
        submit("a", notBefore(Duration.ofHours(1)));
        assertThat(queue().depth().oldest()).isEmpty();
        Run oldest = submit("a", Queueing.USUAL);
        submit("b", Queueing.USUAL);
        Claim claim = claimed("c");
        assertThat(queue().depth())
                .isEqualTo(
                        new Depth(
                                3,
                                Map.of(Held.NOT_BEFORE, 1L),
                                Optional.of(oldest.createdAt()),
                                running + 1));
        end(claim);
        assertThat(queue().depth().running()).isEqualTo(running);
    }

    @Test
    void aListenerHearsThatATimeHasCome() throws Exception {
        submit("a", notBefore(Duration.ofMillis(20)));
        Semaphore news = new Semaphore(0);
        try (AutoCloseable _ = store().onChange(_ -> news.release())) {
            while (queue().promoteDue().runs() == 0) {
                Thread.sleep(10);
            }
            assertThat(news.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aRepairOfAQueueThatIsInOrderChangesNothing() {
        Run later = submit("a", notBefore(Duration.ofHours(1)));
        Run run = submit("a", Queueing.USUAL);
        queue().repair();
        assertThat(heldBy(later)).contains(Held.NOT_BEFORE);
        assertThat(claimAll()).containsExactly(run.id());
    }

    protected static Queueing prioritized(int priority) {
        return new Queueing(priority, Optional.empty(), Optional.empty());
    }

    private static Queueing notBefore(Duration fromNow) {
        Instant time = Instant.now().plus(fromNow).truncatedTo(ChronoUnit.MICROS);
        return new Queueing(0, Optional.of(time), Optional.empty());
    }

    private static Optional<Instant> inAnHour() {
        return Optional.of(Instant.now().plusSeconds(3600).truncatedTo(ChronoUnit.MICROS));
    }

    protected Optional<Held> heldBy(Run run) {
        return queue().waiting(run.id()).orElseThrow().held();
    }

    protected Run requested(String repository, Queueing queueing) {
        Run run = DrivenRun.requested("https://git.example/" + repository);
        return Run.requested(run.id(), run.request().with(queueing), run.createdAt());
    }

    protected Run submit(String repository, Queueing queueing) {
        Run run = requested(repository, queueing);
        assertThat(store().submit(run, Optional.empty())).isInstanceOf(Submission.Accepted.class);
        return run;
    }

    /// A new run that an instance drives.
    protected Claim claimed(String repository) {
        Run run = submit(repository, Queueing.USUAL);
        return store().claim(run.id(), "i", LEASE).orElseThrow();
    }

    protected List<RunId> claimAll() {
        List<RunId> claimed = new ArrayList<>();
        Optional<Claim> claim = store().claimNext("i", LEASE);
        while (claim.isPresent()) {
            claimed.add(claim.get().run().id());
            claim = store().claimNext("i", LEASE);
        }
        return claimed;
    }

    /// Ends a run as its driver does.
    protected void end(Claim claim) throws Exception {
        DrivenRun driven = new DrivenRun(claim.run(), claim.lease().fence());
        if (driven.run().events() == 0) {
            log().append(driven.chunk(RunStateChanged.to(RunState.PENDING)));
        }
        if (!driven.run().state().isFinal()) {
            log().append(driven.chunk(RunStateChanged.to(RunState.ABORTED)));
        }
        log().append(driven.chunk(new RunEnded(driven.run().state(), driven.run().events() + 1)));
        queue().ended(claim.run().id());
    }
}
