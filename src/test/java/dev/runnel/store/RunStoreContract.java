package dev.runnel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.eventlog.DrivenRun;
import dev.runnel.eventlog.EventLog;
import dev.runnel.eventlog.FencedOff;
import dev.runnel.run.Callbacks;
import dev.runnel.run.Reason;
import dev.runnel.run.Rerun;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.CommandFinished;
import dev.runnel.run.RunEvent.CommandStarted;
import dev.runnel.run.RunEvent.RunEnded;
import dev.runnel.run.RunEvent.RunStateChanged;
import dev.runnel.run.RunEvent.StepStateChanged;
import dev.runnel.run.RunId;
import dev.runnel.run.RunRequest;
import dev.runnel.run.RunState;
import dev.runnel.run.StepState;
import dev.runnel.store.RunStore.Claim;
import dev.runnel.store.RunStore.IdempotencyKey;
import dev.runnel.store.RunStore.Lease;
import dev.runnel.store.RunStore.Renewal;
import dev.runnel.store.RunStore.RunFilter;
import dev.runnel.store.RunStore.Submission;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What every run store does. Nobody else may claim from the store under test.
@Timeout(60)
public abstract class RunStoreContract {
    private static final Duration LEASE = Duration.ofMinutes(5);
    private static final Duration SHORT = Duration.ofMillis(20);
    private static final Instant START = Instant.parse("2026-03-04T05:06:07.123456Z");

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
    void aStoredRunIsFoundAsItWasSubmitted() {
        RunRequest request =
                new RunRequest(
                        "ssh://git@git.example/Team/Job.git",
                        Optional.of("main"),
                        Optional.of("night\0ly"),
                        Map.of("A", "1", "ODD", "\0\uD800 \"ä😀\n"),
                        new Callbacks(
                                Optional.of(URI.create("http://a.example/run?x=1")),
                                Optional.empty(),
                                Optional.of(URI.create("http://a.example/command")),
                                Callbacks.Protocol.REGISTER),
                        Optional.of(
                                new Rerun(
                                        DrivenRun.requested().id(),
                                        Optional.of("a".repeat(40)),
                                        List.of(DrivenRun.requested().id()),
                                        Optional.of("b".repeat(40)))));
        RunId id = DrivenRun.requested().id();
        Run run = Run.requested(id, request, START);
        assertThat(store().submit(run, Optional.empty())).isEqualTo(new Submission.Accepted(run));
        assertThat(store().find(id)).contains(run);
        assertThat(store().find(DrivenRun.requested().id())).isEmpty();
    }

    @Test
    void aRunIsFoundAsItsStoredEventsLeaveIt() throws Exception {
        Claim claim = claimed();
        DrivenRun driven = new DrivenRun(claim.run(), claim.lease().fence());
        log().append(driven.begin());
        assertThat(store().find(driven.id())).contains(driven.run());
        log().append(driven.lines(5));
        assertThat(store().find(driven.id())).contains(driven.run());
        log().append(
                        driven.chunk(
                                new CommandStarted(1, 1, "a"),
                                new CommandFinished(1, 1, 0),
                                new CommandStarted(1, 2, "b"),
                                new CommandFinished(1, 2, 3)));
        assertThat(store().find(driven.id())).contains(driven.run());
        log().append(
                        driven.chunk(
                                new StepStateChanged(
                                        1,
                                        "build",
                                        1,
                                        StepState.FAILED,
                                        Optional.of(Reason.EXIT_CODE),
                                        Optional.of(3),
                                        Optional.of("'b' failed")),
                                DrivenRun.step(2, "test", 0, StepState.SKIPPED),
                                new RunStateChanged(
                                        RunState.FAILED,
                                        Optional.of(Reason.EXIT_CODE),
                                        Optional.of("step 1"))));
        assertThat(store().find(driven.id())).contains(driven.run());
        log().append(driven.chunk(new RunEnded(RunState.FAILED, driven.run().events() + 1)));
        assertThat(store().find(driven.id())).contains(driven.run());
        assertThat(driven.run().ended()).isTrue();
        assertThat(store().list(RunFilter.ALL, Optional.empty(), 1)).contains(driven.run());
    }

    @Test
    void runsAreListedNewestFirstPageByPage() {
        List<RunId> submitted = new ArrayList<>();
        String url = "https://git.example/paging/" + UUID.randomUUID();
        for (int run = 0; run < 25; run++) {
            submitted.addFirst(submit(DrivenRun.requested(url, START.plusMillis(run))).id());
        }
        RunFilter filter = repository("paging/" + url.substring(url.lastIndexOf('/') + 1));
        assertThat(ids(store().list(filter, Optional.empty(), 100))).isEqualTo(submitted);

        List<RunId> paged = new ArrayList<>();
        List<RunId> page = ids(store().list(filter, Optional.empty(), 10));
        while (!page.isEmpty()) {
            assertThat(page.size()).isLessThanOrEqualTo(10);
            paged.addAll(page);
            page = ids(store().list(filter, Optional.of(paged.getLast()), 10));
        }
        assertThat(paged).isEqualTo(submitted);
    }

    @Test
    void aFilterNarrowsByStateRepositoryAndTime() throws Exception {
        String name = UUID.randomUUID().toString();
        String url = "https://git.example/Team/" + name + ".git";
        Run waiting = submit(DrivenRun.requested(url, START));
        Run ended = submit(DrivenRun.requested(url, START.plusSeconds(10)));
        Run other = submit(DrivenRun.requested(url + "2", START.plusSeconds(20)));
        end(store().claim(ended.id(), "i", LEASE).orElseThrow());

        RunFilter both = repository("TEAM/" + name);
        assertThat(ids(list(both))).containsExactly(ended.id(), waiting.id());
        assertThat(ids(list(with(both, Set.of(RunState.PENDING))))).containsExactly(waiting.id());
        assertThat(ids(list(with(both, Set.of(RunState.PENDING, RunState.ABORTED)))))
                .containsExactly(ended.id(), waiting.id());
        assertThat(ids(list(with(both, Set.of(RunState.FAILED))))).isEmpty();

        Set<RunId> mine = Set.of(waiting.id(), ended.id(), other.id());
        assertThat(ids(list(between(START, START.plusSeconds(20)))))
                .filteredOn(mine::contains)
                .containsExactly(ended.id(), waiting.id());
        assertThat(ids(list(between(START.plusNanos(1000), START.plusSeconds(21)))))
                .filteredOn(mine::contains)
                .containsExactly(other.id(), ended.id());
    }

    @Test
    void theSameKeyAndRequestGiveTheFirstRun() {
        IdempotencyKey key = key("one");
        Run first = DrivenRun.requested();
        assertThat(store().submit(first, Optional.of(key)))
                .isEqualTo(new Submission.Accepted(first));
        Run second = DrivenRun.requested();
        assertThat(store().submit(second, Optional.of(key)))
                .isEqualTo(new Submission.Repeated(first));
        assertThat(store().find(second.id())).isEmpty();
    }

    @Test
    void theSameKeyForAnotherRequestIsTaken() {
        IdempotencyKey key = key("one");
        Run first = DrivenRun.requested();
        store().submit(first, Optional.of(key));
        Run second = DrivenRun.requested();
        IdempotencyKey other = new IdempotencyKey(key.key(), "two");
        assertThat(store().submit(second, Optional.of(other)))
                .isEqualTo(new Submission.KeyTaken(first.id()));
        assertThat(store().find(second.id())).isEmpty();
    }

    @Test
    void ofManySubmissionsAtOnceWithOneKeyOneIsStored() throws Exception {
        for (int round = 0; round < 10; round++) {
            IdempotencyKey key = key("one");
            List<Run> runs = IntStream.range(0, 10).mapToObj(_ -> DrivenRun.requested()).toList();
            List<Submission> answers =
                    atOnce(
                            runs.stream()
                                    .<Callable<Submission>>map(
                                            run -> () -> store().submit(run, Optional.of(key)))
                                    .toList());
            List<Run> stored =
                    runs.stream().filter(run -> store().find(run.id()).isPresent()).toList();
            assertThat(stored).hasSize(1);
            assertThat(answers).containsOnlyOnce(new Submission.Accepted(stored.getFirst()));
            assertThat(Collections.frequency(answers, new Submission.Repeated(stored.getFirst())))
                    .isEqualTo(9);
        }
    }

    @Test
    void everyWaitingRunIsClaimedByExactlyOne() throws Exception {
        Set<RunId> waiting = new HashSet<>();
        for (int run = 0; run < 200; run++) {
            waiting.add(submit(DrivenRun.requested()).id());
        }
        assertThat(store().pending()).isEqualTo(200);
        List<List<RunId>> claimed = atOnce(Collections.nCopies(8, this::claimAll));
        List<RunId> all = claimed.stream().flatMap(List::stream).toList();
        assertThat(all).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(waiting);
        assertThat(store().pending()).isZero();
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
    void whoWaitsLongestIsClaimedFirst() {
        Run second = submit(DrivenRun.requested("u", START.plusSeconds(2)));
        Run first = submit(DrivenRun.requested("u", START.plusSeconds(1)));
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
                .containsExactly(new Renewal(held.lease(), false, Set.of()));
        assertThat(store().renew("b", both, LEASE)).isEmpty();
        assertThat(store().renew("a", Set.of(), LEASE)).isEmpty();
        assertThat(store().renew("next", Set.of(taken.lease()), LEASE))
                .containsExactly(new Renewal(taken.lease(), false, Set.of()));
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
        assertThat(claim.cancelRequested()).isTrue();

        Claim other = claimed();
        assertThat(other.cancelRequested()).isFalse();
        store().requestCancel(other.run().id());
        assertThat(store().renew("a", Set.of(other.lease()), LEASE))
                .containsExactly(new Renewal(other.lease(), true, Set.of()));
    }

    @Test
    void aListenerHearsOfSubmissionsReleasesAndCancels() throws Exception {
        Semaphore news = new Semaphore(0);
        try (AutoCloseable _ = store().onChange(news::release)) {
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
    private Claim claimed() {
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

    private List<Run> list(RunFilter filter) {
        return store().list(filter, Optional.empty(), 1000);
    }

    private static IdempotencyKey key(String fingerprint) {
        return new IdempotencyKey(UUID.randomUUID().toString(), fingerprint);
    }

    private static RunFilter repository(String name) {
        return new RunFilter(Set.of(), Optional.of(name), Optional.empty(), Optional.empty());
    }

    private static RunFilter with(RunFilter filter, Set<RunState> states) {
        return new RunFilter(states, filter.repository(), filter.createdFrom(), filter.createdTo());
    }

    private static RunFilter between(Instant from, Instant to) {
        return new RunFilter(Set.of(), Optional.empty(), Optional.of(from), Optional.of(to));
    }

    private static List<RunId> ids(List<Run> runs) {
        return runs.stream().map(Run::id).toList();
    }

    private static <T> List<T> atOnce(List<Callable<T>> calls) throws Exception {
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
