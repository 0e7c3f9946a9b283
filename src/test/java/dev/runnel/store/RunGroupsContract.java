package dev.runnel.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.run.Queueing;
import dev.runnel.run.Queueing.Concurrency;
import dev.runnel.run.Queueing.Concurrency.Policy;
import dev.runnel.run.Reason;
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import dev.runnel.store.Pauses.Pause;
import dev.runnel.store.Pauses.Scope;
import dev.runnel.store.RunQueue.Held;
import dev.runnel.store.RunStore.Claim;
import dev.runnel.store.RunStore.IdempotencyKey;
import dev.runnel.store.RunStore.Renewal;
import dev.runnel.store.RunStore.Submission;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What every queue does with concurrency groups and pauses.
@Timeout(60)
public abstract class RunGroupsContract extends RunQueueContract {
    private final String group = UUID.randomUUID().toString();

    @Test
    void aRunBeyondTheLimitWaitsUntilOneOfTheOthersEnds() throws Exception {
        Run first = submit("a", grouped(1, Policy.QUEUE));
        Run second = submit("b", grouped(1, Policy.QUEUE));
        Run third = submit("a", grouped(1, Policy.QUEUE));
        assertThat(heldBy(first)).isEmpty();
        assertThat(heldBy(second)).contains(Held.GROUP);
        Claim claim = store().claimNext("i", LEASE).orElseThrow();
        assertThat(claim.run().id()).isEqualTo(first.id());
        assertThat(store().claimNext("i", LEASE)).isEmpty();

        Semaphore news = new Semaphore(0);
        try (AutoCloseable _ = store().onChange(_ -> news.release())) {
            end(claim);
            assertThat(news.tryAcquire(20, TimeUnit.SECONDS)).as("news of the next").isTrue();
        }
        assertThat(claimAll()).containsExactly(second.id());
        assertThat(heldBy(third)).contains(Held.GROUP);
    }

    @Test
    void groupsAreApart() {
        Run mine = submit("a", grouped(1, Policy.QUEUE));
        Run other =
                submit(
                        "a",
                        new Queueing(
                                0,
                                Optional.empty(),
                                Optional.of(new Concurrency(group + "x", 1, Policy.QUEUE))));
        Run none = submit("a", Queueing.USUAL);
        assertThat(claimAll()).containsExactly(mine.id(), other.id(), none.id());
    }

    @Test
    void withinAGroupThePriorityCountsAsLongAsNothingWasStarted() throws Exception {
        Run low = submit("a", grouped(1, Policy.QUEUE));
        Run lower = submit("a", grouped(-1, 1, Policy.QUEUE));
        Run high = submit("a", grouped(5, 1, Policy.QUEUE));
        assertThat(heldBy(low)).contains(Held.GROUP);
        Claim claim = store().claimNext("i", LEASE).orElseThrow();
        assertThat(claim.run().id()).isEqualTo(high.id());
        Run higher = submit("a", grouped(9, 1, Policy.QUEUE));
        assertThat(claimAll()).isEmpty();
        end(claim);
        Claim next = store().claimNext("i", LEASE).orElseThrow();
        assertThat(next.run().id()).isEqualTo(higher.id());
        end(next);
        Claim last = store().claimNext("i", LEASE).orElseThrow();
        assertThat(last.run().id()).isEqualTo(low.id());
        assertThat(heldBy(lower)).contains(Held.GROUP);
    }

    @Test
    void aRunThatLostItsDriverKeepsItsPlaceInTheGroup() throws Exception {
        submit("a", grouped(1, Policy.QUEUE));
        Claim claim = store().claimNext("i", LEASE).orElseThrow();
        store().release(claim.lease());
        submit("a", grouped(100, 1, Policy.QUEUE));
        assertThat(claimAll()).containsExactly(claim.run().id());
    }

    @Test
    void howeverManyClaimAndSubmitAtOnceTheLimitHolds() throws Exception {
        int runs = 60;
        int limit = 3;
        AtomicInteger live = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        List<Callable<Void>> work = new ArrayList<>();
        for (int submitter = 0; submitter < 4; submitter++) {
            work.add(() -> {
                for (int run = 0; run < runs / 4; run++) {
                    submit("repository-" + run % 5, grouped(run % 3, limit, Policy.QUEUE));
                }
                return null;
            });
        }
        for (int claimer = 0; claimer < 8; claimer++) {
            String instance = "i" + claimer;
            work.add(() -> {
                while (done.get() < runs) {
                    Optional<Claim> claim = store().claimNext(instance, LEASE);
                    if (claim.isEmpty()) {
                        Thread.sleep(1);
                        continue;
                    }
                    most.accumulateAndGet(live.incrementAndGet(), Math::max);
                    Thread.sleep(2);
                    live.decrementAndGet();
                    end(claim.get());
                    done.incrementAndGet();
                }
                return null;
            });
        }
        RunLeaseContract.atOnce(work);
        assertThat(done).hasValue(runs);
        assertThat(most.get()).isBetween(2, limit);
    }

    @Test
    void aRejectedRunIsNotStoredAndNamesALiveOne() throws Exception {
        Run live = submit("a", grouped(1, Policy.REJECT));
        Run refused = requested("a", grouped(1, Policy.REJECT));
        Optional<IdempotencyKey> key = key();
        assertThat(store().submit(refused, key)).isEqualTo(new Submission.GroupRejected(live.id()));
        assertThat(store().find(refused.id())).isEmpty();
        // two of the group may be live, says the next one
        assertThat(store().submit(requested("a", grouped(2, Policy.REJECT)), Optional.empty()))
                .isInstanceOf(Submission.Accepted.class);
        for (RunId run : List.of(live.id())) {
            end(store().claim(run, "i", LEASE).orElseThrow());
        }
        assertThat(store().submit(refused, key)).isInstanceOf(Submission.GroupRejected.class);
        claimAllAndEnd();
        // a key that was given with a refused request is still free
        assertThat(store().submit(refused, key)).isEqualTo(new Submission.Accepted(refused));
        assertThat(store().submit(refused, key)).isEqualTo(new Submission.Repeated(refused));
    }

    @Test
    void ofManyAtOnceThatRejectOneIsStored() throws Exception {
        List<Submission> answers = submitAtOnce(Policy.REJECT);
        assertThat(answers)
                .filteredOn(Submission.Accepted.class::isInstance)
                .singleElement()
                .satisfies(accepted -> {
                    RunId live = ((Submission.Accepted) accepted).run().id();
                    assertThat(answers)
                            .filteredOn(answer -> !answer.equals(accepted))
                            .containsOnly(new Submission.GroupRejected(live));
                });
    }

    @Test
    void aNewerRunCancelsThoseBeforeItInTheOrderInWhichTheyCame() throws Exception {
        Run running = submit("a", grouped(1, Policy.QUEUE));
        Claim claim = store().claimNext("i", LEASE).orElseThrow();
        Run waiting = submit("a", grouped(1, Policy.QUEUE));
        Run cancelled = submit("a", grouped(1, Policy.QUEUE));
        store().requestCancel(cancelled.id());
        Run newest = requested("a", grouped(1, Policy.CANCEL_PREVIOUS));
        assertThat(store().submit(newest, Optional.empty()))
                .isEqualTo(new Submission.Accepted(newest, List.of(running.id(), waiting.id())));
        assertThat(store().renew("i", Set.of(claim.lease()), LEASE))
                .containsExactly(
                        new Renewal(
                                claim.lease(), Optional.of(Reason.SUPERSEDED), Set.of(), Set.of()));
        assertThat(heldBy(newest)).contains(Held.GROUP);

        Claim first = store().claimNext("i", LEASE).orElseThrow();
        assertThat(first.run().id()).isEqualTo(waiting.id());
        assertThat(first.cancel()).contains(Reason.SUPERSEDED);
        Claim second = store().claimNext("i", LEASE).orElseThrow();
        assertThat(second.run().id()).isEqualTo(cancelled.id());
        assertThat(second.cancel()).contains(Reason.CANCELLED);
        end(first);
        end(second);
        assertThat(claimAll()).isEmpty();
        end(claim);
        assertThat(claimAll()).containsExactly(newest.id());
    }

    @Test
    void asManyAsTheLimitAllowsAreNotCancelled() {
        Run oldest = submit("a", grouped(3, Policy.CANCEL_PREVIOUS));
        submit("a", grouped(3, Policy.CANCEL_PREVIOUS));
        submit("a", grouped(3, Policy.CANCEL_PREVIOUS));
        Run newest = requested("a", grouped(3, Policy.CANCEL_PREVIOUS));
        assertThat(store().submit(newest, Optional.empty()))
                .isEqualTo(new Submission.Accepted(newest, List.of(oldest.id())));
    }

    @Test
    void ofManyAtOnceThatCancelTheOthersOneIsLeft() throws Exception {
        List<Submission> answers = submitAtOnce(Policy.CANCEL_PREVIOUS);
        List<RunId> superseded =
                answers.stream()
                        .flatMap(answer -> ((Submission.Accepted) answer).superseded().stream())
                        .toList();
        assertThat(superseded).doesNotHaveDuplicates().hasSize(answers.size() - 1);
        List<Claim> left = new ArrayList<>();
        Optional<Claim> claim = store().claimNext("i", LEASE);
        while (claim.isPresent()) {
            if (claim.get().cancel().isEmpty()) {
                left.add(claim.get());
            }
            end(claim.get());
            claim = store().claimNext("i", LEASE);
        }
        assertThat(left).singleElement().extracting(Claim::cancel).isEqualTo(Optional.empty());
    }

    private List<Submission> submitAtOnce(Policy policy) throws Exception {
        return RunLeaseContract.atOnce(
                IntStream.range(0, 12)
                        .<Callable<Submission>>mapToObj(_ ->
                                () ->
                                        store().submit(
                                                        requested("a", grouped(1, policy)),
                                                        Optional.empty()))
                        .toList());
    }

    @Test
    void aRunOfAGroupWhoseTimeHasComeWaitsForItsGroup() throws Exception {
        Instant soon = Instant.now().plusMillis(20);
        Concurrency one = new Concurrency(group, 1, Policy.QUEUE);
        Run timed = submit("a", new Queueing(0, Optional.of(soon), Optional.of(one)));
        // until then it takes no place in the group
        Run other = submit("a", grouped(1, Policy.QUEUE));
        Claim claim = store().claimNext("i", LEASE).orElseThrow();
        assertThat(claim.run().id()).isEqualTo(other.id());
        while (queue().promoteDue().runs() == 0) {
            Thread.sleep(5);
        }
        assertThat(heldBy(timed)).contains(Held.GROUP);
        end(claim);
        assertThat(claimAll()).containsExactly(timed.id());
    }

    @Test
    void whileTheIntakeIsPausedOnlyAKnownKeyGivesARun() {
        Optional<IdempotencyKey> key = key();
        Run known = requested("a", Queueing.USUAL);
        store().submit(known, key);
        pauses().pause(new Scope.Intake(), "me", Optional.of("why"));
        Run refused = requested("a", Queueing.USUAL);
        Optional<IdempotencyKey> unknown = key();
        assertThat(store().submit(refused, Optional.empty()))
                .isEqualTo(new Submission.IntakePaused());
        assertThat(store().submit(refused, unknown)).isEqualTo(new Submission.IntakePaused());
        assertThat(store().find(refused.id())).isEmpty();
        assertThat(store().submit(requested("a", Queueing.USUAL), key))
                .isEqualTo(new Submission.Repeated(known));
        assertThat(claimAll()).containsExactly(known.id());
        assertThat(pauses().resume(new Scope.Intake())).isTrue();
        assertThat(store().submit(refused, unknown)).isEqualTo(new Submission.Accepted(refused));
    }

    @Test
    void aPausedRepositoryWaitsAndTheOthersDoNot() {
        Run before = submit("Team/Job", Queueing.USUAL);
        pauses().pause(new Scope.Repository("team/job"), "me", Optional.empty());
        Run during = submit("team/job", Queueing.USUAL);
        Run other = submit("team/other", Queueing.USUAL);
        assertThat(heldBy(before)).contains(Held.REPOSITORY_PAUSED);
        assertThat(heldBy(during)).contains(Held.REPOSITORY_PAUSED);
        assertThat(claimAll()).containsExactly(other.id());
        Run third = submit("team/other", Queueing.USUAL);
        Run fourth = submit("team/other", Queueing.USUAL);
        assertThat(pauses().resume(new Scope.Repository("team/job"))).isTrue();
        // it goes on beside the others, and does not make up for the time in which it waited
        assertThat(claimAll()).containsExactly(before.id(), third.id(), during.id(), fourth.id());
    }

    @Test
    void aPauseKeepsWhoMadeItFirst() {
        Pause first = pauses().pause(new Scope.Queue(), "me", Optional.of("why"));
        assertThat(first.by()).isEqualTo("me");
        assertThat(first.reason()).contains("why");
        assertThat(first.since())
                .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));
        assertThat(pauses().pause(new Scope.Queue(), "you", Optional.empty())).isEqualTo(first);
        Pause other = pauses().pause(new Scope.Repository("a"), "you", Optional.empty());
        assertThat(pauses().all()).containsExactly(first, other);
        assertThat(pauses().resume(new Scope.Queue())).isTrue();
        assertThat(pauses().resume(new Scope.Queue())).isFalse();
        assertThat(pauses().all()).containsExactly(other);
    }

    @Test
    void aListenerHearsThatAPauseIsOver() throws Exception {
        pauses().pause(new Scope.Queue(), "me", Optional.empty());
        Semaphore news = new Semaphore(0);
        try (AutoCloseable _ = store().onChange(_ -> news.release())) {
            pauses().resume(new Scope.Queue());
            assertThat(news.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    private Queueing grouped(int limit, Policy policy) {
        return grouped(0, limit, policy);
    }

    private Queueing grouped(int priority, int limit, Policy policy) {
        return new Queueing(
                priority, Optional.empty(), Optional.of(new Concurrency(group, limit, policy)));
    }

    private static Optional<IdempotencyKey> key() {
        return Optional.of(new IdempotencyKey(UUID.randomUUID().toString(), "one"));
    }

    private void claimAllAndEnd() throws Exception {
        Optional<Claim> claim = store().claimNext("i", LEASE);
        while (claim.isPresent()) {
            end(claim.get());
            claim = store().claimNext("i", LEASE);
        }
    }
}
