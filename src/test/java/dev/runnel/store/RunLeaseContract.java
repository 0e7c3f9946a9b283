package dev.runnel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.eventlog.DrivenRun;
import dev.runnel.eventlog.EventLog;
import dev.runnel.eventlog.FencedOff;
import dev.runnel.run.Reason;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.RunEnded;
import dev.runnel.run.RunEvent.RunStateChanged;
import dev.runnel.run.RunId;
import dev.runnel.run.RunState;
import dev.runnel.store.RunStore.Claim;
import dev.runnel.store.RunStore.Lease;
import dev.runnel.store.RunStore.Renewal;
import dev.runnel.store.RunStore.Submission;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// How every run store hands out runs. Nobody else may claim from the store under test.
@Timeout(60)
public abstract class RunLeaseContract {

    static final Duration LEASE = Duration.ofMinutes(5);
    private static final Duration SHORT = Duration.ofMillis(20);
    static final Instant START = Instant.parse("2026-03-04T05:06:07.123456Z");

    /// The store under test.
    protected abstract RunStore store();

    /// An event log over the same runs.
    protected abstract EventLog log();

    @BeforeEach
    void drain() throws Exception {
        // what earlier tests left waiting
        Optional<Claim> left = store().claimNext("drain", LEASE);
        while (left.isPresent()) {
            end(left.get());
            left = store().claimNext("drain", LEASE);
        }
    }

    @Test
    void everyWaitingRunIsClaimedByExactlyOne() throws Exception {
        Set<RunId> waiting = new HashSet<>();
        for (int run = 0; run < 200; run++) {
            waiting.add(submit(DrivenRun.requested()).id());
        }
        List<List<RunId>> claimed = atOnce(Collections.nCopies(8, this::claimAll));
        List<RunId> all = claimed.stream().flatMap(List::stream).toList();
        assertThat(all).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(waiting);
    }

    private List<RunId> claimAll() {
        List<RunId> claimed = new ArrayList<>();
        Optional<Claim> claim = store().claimNext("i", LEASE);
        while (claim.isPresent()) {
            claimed.add(claim.get().run().id());
            claim = store().claimNext("i", LEASE);
        }
        return claimed;
    }

    @Test
    void whoCameFirstIsClaimedFirst() {
        // by the clock of the instance that took the request the second came first
        Run first = submit(DrivenRun.requested("u", START.plusSeconds(2)));
        Run second = submit(DrivenRun.requested("u", START.plusSeconds(1)));
        Run third = submit(DrivenRun.requested("u", START.plusSeconds(3)));
        assertThat(claimAll()).containsExactly(first.id(), second.id(), third.id());
    }

    @Test
    void aRunWhoseLeaseExpiredIsTakenOverBeforeThoseThatWait() throws Exception {
        submit(DrivenRun.requested("u", START));
        Claim old = claimedUntilExpired("dead");
        DrivenRun driven = new DrivenRun(old.run(), old.lease().fence());
        log().append(driven.begin());
        Run waiting = submit(DrivenRun.requested("u", START.minusSeconds(1)));

        Claim taken = store().claimNext("next", LEASE).orElseThrow();
        assertThat(taken.run()).isEqualTo(driven.run());
        assertThat(taken.lease().fence()).isGreaterThan(old.lease().fence());
        assertThatThrownBy(() -> log().append(driven.lines(1))).isInstanceOf(FencedOff.class);
        DrivenRun next = new DrivenRun(taken.run(), taken.lease().fence());
        log().append(next.lines(1));
        assertThat(claimAll()).containsExactly(waiting.id());
    }

    private Claim claimedUntilExpired(String instance) throws InterruptedException {
        Claim claim = store().claimNext(instance, SHORT).orElseThrow();
        Thread.sleep(SHORT.multipliedBy(3));
        return claim;
    }

    @Test
    void aCertainRunIsClaimedUnlessItIsDrivenOrHasEnded() throws Exception {
        Run run = submit(DrivenRun.requested());
        Claim claim = store().claim(run.id(), "a", LEASE).orElseThrow();
        assertThat(claim.run()).isEqualTo(run);
        assertThat(store().claim(run.id(), "b", LEASE)).isEmpty();
        end(claim);
        store().release(claim.lease());
        assertThat(store().claim(run.id(), "b", LEASE)).isEmpty();
        assertThat(store().claim(DrivenRun.requested().id(), "b", LEASE)).isEmpty();
        assertThat(claimAll()).isEmpty();
    }

    @Test
    void aLeaseThatHoldsIsRenewedAndALostOneIsNot() throws Exception {
        submit(DrivenRun.requested());
        submit(DrivenRun.requested());
        Claim lost = claimedUntilExpired("a");
        Claim taken = store().claimNext("next", LEASE).orElseThrow();
        Claim held = store().claimNext("a", LEASE).orElseThrow();
        assertThat(taken.run().id()).isEqualTo(lost.run().id());

        Set<Lease> both = Set.of(lost.lease(), held.lease());
        assertThat(store().renew("a", both, LEASE))
                .containsExactly(new Renewal(held.lease(), Optional.empty(), Set.of(), Set.of()));
        assertThat(store().renew("b", both, LEASE)).isEmpty();
        assertThat(store().renew("a", Set.of(), LEASE)).isEmpty();
        assertThat(store().renew("next", Set.of(taken.lease()), LEASE))
                .containsExactly(new Renewal(taken.lease(), Optional.empty(), Set.of(), Set.of()));
    }

    @Test
    void anExpiredLeaseThatNobodyTookIsRenewed() throws Exception {
        submit(DrivenRun.requested());
        Claim claim = claimedUntilExpired("a");
        assertThat(store().renew("a", Set.of(claim.lease()), LEASE)).hasSize(1);
        assertThat(store().claimNext("b", LEASE)).isEmpty();
    }

    @Test
    void aReleasedRunIsTakenAtOnceAndItsOldHolderMayNotWrite() throws Exception {
        Claim claim = claimed();
        DrivenRun old = new DrivenRun(claim.run(), claim.lease().fence());
        log().append(old.begin());
        store().release(claim.lease());
        assertThatThrownBy(() -> log().append(old.lines(1))).isInstanceOf(FencedOff.class);
        assertThat(store().renew("a", Set.of(claim.lease()), LEASE)).isEmpty();

        Claim next = store().claimNext("b", LEASE).orElseThrow();
        assertThat(next.run().id()).isEqualTo(claim.run().id());
        assertThat(next.lease().fence()).isGreaterThan(claim.lease().fence());
        // not held any more, so it does nothing
        store().release(claim.lease());
        assertThat(store().claimNext("c", LEASE)).isEmpty();
    }

    @Test
    void aRequestToCancelReachesTheHolderAndTheNextOne() {
        Run run = submit(DrivenRun.requested());
        assertThat(store().requestCancel(run.id())).isTrue();
        assertThat(store().requestCancel(run.id())).isTrue();
        assertThat(store().requestCancel(DrivenRun.requested().id())).isFalse();
        Claim claim = store().claimNext("a", LEASE).orElseThrow();
        assertThat(claim.cancel()).contains(Reason.CANCELLED);

        Claim other = claimed();
        assertThat(other.cancel()).isEmpty();
        store().requestCancel(other.run().id());
        assertThat(store().renew("a", Set.of(other.lease()), LEASE))
                .containsExactly(
                        new Renewal(
                                other.lease(), Optional.of(Reason.CANCELLED), Set.of(), Set.of()));
    }

    @Test
    void aListenerHearsOfSubmissionsReleasesAndCancels() throws Exception {
        Semaphore news = new Semaphore(0);
        try (AutoCloseable _ = store().onChange(_ -> news.release())) {
            Claim claim = claimed();
            assertThat(heard(news)).as("a submission").isTrue();
            news.drainPermits();
            store().requestCancel(claim.run().id());
            assertThat(heard(news)).as("a request to cancel").isTrue();
            news.drainPermits();
            store().release(claim.lease());
            assertThat(heard(news)).as("a release").isTrue();
        }
    }

    private static boolean heard(Semaphore news) throws InterruptedException {
        return news.tryAcquire(20, TimeUnit.SECONDS);
    }

    /// A new run, claimed by instance `a`.
    Claim claimed() {
        Run run = submit(DrivenRun.requested());
        return store().claim(run.id(), "a", LEASE).orElseThrow();
    }

    protected Run submit(Run run) {
        assertThat(store().submit(run, Optional.empty())).isInstanceOf(Submission.Accepted.class);
        return run;
    }

    protected void end(Claim claim) throws Exception {
        DrivenRun driven = new DrivenRun(claim.run(), claim.lease().fence());
        if (driven.run().events() == 0) {
            log().append(driven.chunk(RunStateChanged.to(RunState.PENDING)));
        }
        if (!driven.run().state().isFinal()) {
            log().append(driven.chunk(RunStateChanged.to(RunState.ABORTED)));
        }
        log().append(driven.chunk(new RunEnded(driven.run().state(), driven.run().events() + 1)));
    }

    static <T> List<T> atOnce(List<Callable<T>> calls) throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<T>> answers = new ArrayList<>();
            for (Callable<T> call : calls) {
                answers.add(
                        threads.submit(() -> {
                            start.await();
                            return call.call();
                        }));
            }
            start.countDown();
            List<T> results = new ArrayList<>();
            for (Future<T> answer : answers) {
                results.add(answer.get());
            }
            return results;
        }
    }
}
