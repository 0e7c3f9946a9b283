package dev.runnel.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.run.Queueing;
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import dev.runnel.store.Instances.Instance;
import dev.runnel.store.Instances.Load;
import dev.runnel.store.Pauses.Scope;
import dev.runnel.store.RunQueue.Held;
import dev.runnel.store.RunQueue.Waiting;
import dev.runnel.store.RunStore.Claim;
import dev.runnel.store.RunStore.Lease;
import dev.runnel.store.RunStore.Origin;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// How every run store keeps runs for the instances that have their labels.
public abstract class RunLabelsContract extends RunGroupsContract {
    private static final Set<String> LINUX = Set.of("linux");
    private static final Set<String> GPU = Set.of("gpu", "linux");

    /// The registry that the queue looks at.
    protected abstract Instances instances();

    @BeforeEach
    void forgetInstances() {
        instances().all().forEach(seen -> instances().leave(seen.instance().id()));
    }

    @Test
    void onlyWhoHasAllLabelsTakesARun() {
        Run labelled = submit("a", needing(GPU));
        Run plain = submit("a", Queueing.USUAL);
        assertThat(take(Set.of())).contains(plain.id());
        assertThat(take(Set.of())).isEmpty();
        assertThat(take(LINUX)).isEmpty();
        assertThat(take(Set.of("gpu"))).isEmpty();
        assertThat(take(Set.of("gpu", "linux", "large"))).contains(labelled.id());
    }

    @Test
    void thePriorityCountsForRunsWithLabelsAndWithoutTogether() {
        Run last = submit("a", new Queueing(-1, Optional.empty(), Optional.empty(), LINUX));
        Run second = submit("a", Queueing.USUAL);
        Run third = submit("a", needing(GPU));
        Run first = submit("a", new Queueing(5, Optional.empty(), Optional.empty(), LINUX));
        assertThat(take(GPU)).contains(first.id());
        assertThat(take(GPU)).contains(second.id());
        assertThat(take(GPU)).contains(third.id());
        assertThat(take(GPU)).contains(last.id());
    }

    @Test
    void aRunThatWasGivenBackWithLabelsGoesOnlyToWhoHasThemAndBeforeOthers() {
        Claim first = claimed("a");
        submit("a", new Queueing(100, Optional.empty(), Optional.empty(), GPU));
        store().require(first.lease(), GPU);
        store().release(first.lease());
        assertThat(take(LINUX)).isEmpty();
        pauses().pause(new Scope.Queue(), "me", Optional.empty());
        Claim second = store().claimNext("two", GPU, LEASE).orElseThrow();
        assertThat(second.run().id()).isEqualTo(first.run().id());
        assertThat(second.origin()).isEqualTo(Origin.GIVEN_BACK);
        assertThat(take(GPU)).isEmpty();
    }

    @Test
    void aRunIsTakenOverOnlyByWhoHasTheLabelsThatWereNoted() throws Exception {
        Run run = submit("a", Queueing.USUAL);
        Lease lease = store().claimNext("one", LINUX, LEASE).orElseThrow().lease();
        store().require(lease, LINUX);
        store().renew("one", Set.of(lease), Duration.ofMillis(1));
        Thread.sleep(Duration.ofMillis(20));
        assertThat(take(Set.of())).isEmpty();
        assertThat(queue().promoteDue().askAgain()).isPositive();
        Claim taken = store().claimNext("two", GPU, LEASE).orElseThrow();
        assertThat(taken.run().id()).isEqualTo(run.id());
        assertThat(taken.origin()).isEqualTo(Origin.EXPIRED);
    }

    @Test
    void aLeaseThatIsLostNotesNothing() {
        Claim claim = claimed("a");
        store().release(claim.lease());
        store().require(claim.lease(), GPU);
        assertThat(take(Set.of())).contains(claim.run().id());
    }

    @Test
    void anyInstanceEndsARunThatIsToBeCancelled() {
        Run waiting = submit("a", needing(GPU));
        Claim given = claimed("a");
        store().require(given.lease(), GPU);
        store().release(given.lease());
        assertThat(take(Set.of())).isEmpty();
        store().requestCancel(waiting.id());
        store().requestCancel(given.run().id());
        assertThat(take(Set.of())).contains(waiting.id());
        assertThat(take(Set.of())).contains(given.run().id());
    }

    @Test
    void aRunWhoseLabelsNobodyHasIsSeenToWaitForThem() {
        Run waiting = submit("a", needing(GPU));
        Claim given = claimed("a");
        store().require(given.lease(), GPU);
        store().release(given.lease());
        beat("one", LINUX, true);
        beat("ends", GPU, false);
        for (RunId id : Set.of(waiting.id(), given.run().id())) {
            Waiting seen = queue().waiting(id).orElseThrow();
            assertThat(seen.held()).contains(Held.LABELS);
            assertThat(seen.labels()).isEqualTo(GPU);
        }
        assertThat(queue().waiting(Optional.empty(), 10))
                .extracting(Waiting::held)
                .containsExactly(Optional.of(Held.LABELS), Optional.of(Held.LABELS));
        assertThat(queue().depth().held()).containsEntry(Held.LABELS, 2L);

        beat("two", GPU, true);
        assertThat(queue().waiting(waiting.id()).orElseThrow().held()).isEmpty();
        assertThat(queue().depth().held()).isEmpty();
    }

    private void beat(String id, Set<String> labels, boolean accepting) {
        Load none = new Load(0, 0);
        instances()
                .beat(
                        new Instance(
                                id,
                                "h",
                                "1",
                                "docker",
                                Instant.EPOCH,
                                accepting,
                                none,
                                none,
                                labels),
                        LEASE);
    }

    private static Queueing needing(Set<String> labels) {
        return new Queueing(0, Optional.empty(), Optional.empty(), labels);
    }

    private Optional<RunId> take(Set<String> labels) {
        return store().claimNext("i", labels, LEASE).map(claim -> claim.run().id());
    }
}
