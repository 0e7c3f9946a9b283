package dev.runnel.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.eventlog.DrivenRun;
import dev.runnel.run.Callbacks;
import dev.runnel.run.Reason;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.CommandFinished;
import dev.runnel.run.RunEvent.CommandStarted;
import dev.runnel.run.RunEvent.PipelineRead;
import dev.runnel.run.RunEvent.ResultPushed;
import dev.runnel.run.RunEvent.RunEnded;
import dev.runnel.run.RunEvent.RunStateChanged;
import dev.runnel.run.RunEvent.StepApproved;
import dev.runnel.run.RunEvent.StepExpanded;
import dev.runnel.run.RunEvent.StepKept;
import dev.runnel.run.RunEvent.StepOutputs;
import dev.runnel.run.RunEvent.StepStateChanged;
import dev.runnel.run.RunEvent.StepWaits;
import dev.runnel.run.RunId;
import dev.runnel.run.RunRequest;
import dev.runnel.run.RunRequest.Rerun;
import dev.runnel.run.RunState;
import dev.runnel.run.StepRun.StepWait;
import dev.runnel.run.StepState;
import dev.runnel.store.RunStore.Claim;
import dev.runnel.store.RunStore.IdempotencyKey;
import dev.runnel.store.RunStore.Renewal;
import dev.runnel.store.RunStore.RunFilter;
import dev.runnel.store.RunStore.Submission;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What every run store does.
@Timeout(60)
public abstract class RunStoreContract extends RunLeaseContract {

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
                                Callbacks.Protocol.REGISTER));
        Rerun rerun =
                new Rerun(
                        DrivenRun.requested().id(),
                        Optional.of("a".repeat(40)),
                        Map.of(1, DrivenRun.requested().id(), 3, DrivenRun.requested().id()),
                        Optional.of("b".repeat(40)));
        request =
                request.repeating(rerun, request.variables())
                        .withSecrets(Map.of("KEY", "line\n\0\uD800"));
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
    void runsKnowWhichOnesRepeatThem() {
        Run original = submit(DrivenRun.requested());
        Run first = submit(repeating(original, START.plusMillis(1)));
        Run second = submit(repeating(original, START.plusMillis(2)));
        submit(repeating(first, START.plusMillis(3)));
        assertThat(store().rerunsOf(original.id())).containsExactly(first.id(), second.id());
        assertThat(store().rerunsOf(second.id())).isEmpty();
    }

    private static Run repeating(Run original, Instant at) {
        Run requested = DrivenRun.requested("https://git.example/a/b", at);
        Rerun rerun = new Rerun(original.id(), Optional.empty(), Map.of(), Optional.empty());
        return Run.requested(requested.id(), requested.request().repeating(rerun, Map.of()), at);
    }

    @Test
    void whoDrivesARunHearsOfWhichStepsSomebodyApproved() throws Exception {
        Run run = submit(DrivenRun.requested());
        store().approve(run.id(), 3);
        Claim claim = store().claim(run.id(), "a", LEASE).orElseThrow();
        assertThat(claim.approvedSteps()).containsExactly(3);
        store().approve(run.id(), 2);
        store().approve(run.id(), 2);
        assertThat(store().renew("a", Set.of(claim.lease()), LEASE))
                .containsExactly(
                        new Renewal(claim.lease(), Optional.empty(), Set.of(), Set.of(2, 3)));
        end(claim);
        store().approve(run.id(), 1);
        store().approve(DrivenRun.requested().id(), 1);
    }

    @Test
    void stepsThatWaitAndThoseThatAreApprovedOfAreStoredAsSuch() throws Exception {
        Run run = submit(DrivenRun.requested());
        Claim claim = store().claim(run.id(), "a", LEASE).orElseThrow();
        DrivenRun driven = new DrivenRun(claim.run(), claim.lease().fence());
        log().append(
                        driven.chunk(
                                RunStateChanged.to(RunState.PENDING),
                                RunStateChanged.to(RunState.IN_PROGRESS),
                                new PipelineRead("a".repeat(40), DrivenRun.pipeline())));
        assertThat(store().find(run.id())).contains(driven.run());
        log().append(driven.chunk(new StepWaits(1, "x", new StepWait.ForApproval())));
        assertThat(store().find(run.id())).contains(driven.run());
        log().append(driven.chunk(new StepApproved(1, "x")));
        assertThat(store().find(run.id())).contains(driven.run());
    }

    @Test
    void whoDrivesARunHearsWhichStepsAreCancelled() throws Exception {
        Run run = submit(DrivenRun.requested());
        store().requestCancel(run.id(), 3);
        Claim claim = store().claim(run.id(), "a", LEASE).orElseThrow();
        assertThat(claim.cancelledSteps()).containsExactly(3);
        assertThat(claim.cancel()).isEmpty();
        store().requestCancel(run.id(), 2);
        store().requestCancel(run.id(), 2);
        assertThat(store().renew("a", Set.of(claim.lease()), LEASE))
                .containsExactly(
                        new Renewal(claim.lease(), Optional.empty(), Set.of(2, 3), Set.of()));
        end(claim);
        store().requestCancel(run.id(), 1);
        store().requestCancel(DrivenRun.requested().id(), 1);
    }

    @Test
    void whatStepsGaveAndWhatBecameSeveralIsFoundAgain() throws Exception {
        Claim claim = claimed();
        DrivenRun driven = new DrivenRun(claim.run(), claim.lease().fence());
        log().append(driven.begin());
        log().append(driven.chunk(new StepOutputs(1, "build", Map.of("A", "ä\n\uD800", "B", ""))));
        assertThat(store().find(driven.id())).contains(driven.run());
        log().append(
                        driven.chunk(
                                DrivenRun.step(2, "test", 1, StepState.IN_PROGRESS),
                                new StepExpanded(
                                        2,
                                        "test",
                                        List.of("c", "d"),
                                        List.of(
                                                new StepExpanded.Part(3, "test (a)", "a"),
                                                new StepExpanded.Part(4, "test (ä)", "ä\n")))));
        assertThat(store().find(driven.id())).contains(driven.run());
        log().append(
                        driven.chunk(
                                DrivenRun.step(4, "test (ä)", 1, StepState.IN_PROGRESS),
                                new StepOutputs(4, "test (ä)", Map.of("C", "1"))));
        assertThat(store().find(driven.id())).contains(driven.run());
        assertThat(driven.run().step(4).commands()).hasSize(2);
    }

    @Test
    void aStepThatWasKeptAndACommitThatWasPushedAreFoundAgain() throws Exception {
        Claim claim = claimed();
        DrivenRun driven = new DrivenRun(claim.run(), claim.lease().fence());
        log().append(driven.begin());
        log().append(driven.chunk(new ResultPushed(1, "main", "c".repeat(40))));
        assertThat(store().find(driven.id())).contains(driven.run());
        log().append(driven.chunk(new StepKept(2, "test", DrivenRun.requested().id())));
        assertThat(store().find(driven.id())).contains(driven.run());
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
}
