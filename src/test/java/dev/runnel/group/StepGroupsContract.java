package dev.runnel.group;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.eventlog.DrivenRun;
import dev.runnel.eventlog.EventLog;
import dev.runnel.group.StepGroups.Holder;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.RunEnded;
import dev.runnel.run.RunEvent.RunStateChanged;
import dev.runnel.run.RunId;
import dev.runnel.run.RunState;
import dev.runnel.store.RunStore;
import dev.runnel.store.RunStore.Claim;
import dev.runnel.store.RunStore.Lease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// How all concurrency groups of steps are held. Runs come from a store over the same database.
@Timeout(60)
public abstract class StepGroupsContract {
    private static final Duration LEASE = Duration.ofMinutes(5);

    private final String group = "step team/job " + UUID.randomUUID();

    /// The groups under test.
    protected abstract StepGroups groups();

    protected abstract RunStore store();

    protected abstract EventLog log();

    @Test
    void oneHoldsItAndTheOthersGetItInTheOrderInWhichTheyCame() {
        Lease one = driven();
        Lease two = driven();
        Lease three = driven();
        assertThat(stands(one, 1)).isTrue();
        assertThat(stands(two, 1)).isFalse();
        assertThat(stands(three, 7)).isFalse();
        assertThat(groups().stand(holder(three, 7), group).by()).contains(one.run());
        assertThat(stands(one, 1)).isTrue();
        groups().leave(holder(one, 1));
        assertThat(stands(three, 7)).isFalse();
        assertThat(stands(two, 1)).isTrue();
        groups().leave(holder(two, 1));
        groups().leave(holder(two, 1));
        assertThat(stands(three, 7)).isTrue();
    }

    @Test
    void stepsOfOneRunTakeTurnsAsWell() {
        Lease run = driven();
        assertThat(stands(run, 1)).isTrue();
        assertThat(stands(run, 2)).isFalse();
        groups().leave(holder(run, 1));
        assertThat(stands(run, 2)).isTrue();
    }

    @Test
    void groupsOfOtherNamesDoNotMeet() {
        assertThat(stands(driven(), 1)).isTrue();
        assertThat(groups().stand(holder(driven(), 1), group + "x").held()).isTrue();
    }

    @Test
    void whoLeavesTheLineIsNotServed() {
        Lease one = driven();
        Lease two = driven();
        Lease three = driven();
        stands(one, 1);
        stands(two, 1);
        stands(three, 1);
        groups().leave(holder(two, 1));
        groups().leave(holder(one, 1));
        assertThat(stands(three, 1)).isTrue();
    }

    @Test
    void theRunThatGetsItIsTold() throws Exception {
        BlockingQueue<RunId> told = new LinkedBlockingQueue<>();
        Lease one = driven();
        Lease two = driven();
        try (AutoCloseable _ = groups().onPassed(told::add)) {
            stands(one, 1);
            stands(two, 1);
            groups().leave(holder(one, 1));
            assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo(two.run());
        }
    }

    @Test
    void aRunThatLosesItsDriverKeepsWhatItHoldsForTheNextOne() {
        Lease one = driven();
        Lease two = driven();
        assertThat(stands(one, 1)).isTrue();
        store().release(one);
        assertThat(stands(two, 1)).isFalse();
        Lease next = store().claim(one.run(), "next", LEASE).orElseThrow().lease();
        // the old driver does not know yet
        assertThat(stands(one, 1)).isFalse();
        groups().leave(holder(one, 1));
        assertThat(stands(two, 1)).isFalse();
        assertThat(stands(next, 1)).isTrue();
        groups().leave(holder(next, 1));
        assertThat(stands(two, 1)).isTrue();
    }

    @Test
    void whoHasNoDriverIsPassedOverAndKeepsItsPlace() {
        Lease one = driven();
        Lease two = driven();
        Lease three = driven();
        Lease four = driven();
        stands(one, 1);
        stands(two, 1);
        stands(three, 1);
        stands(four, 1);
        store().release(two);
        groups().leave(holder(one, 1));
        assertThat(stands(three, 1)).isTrue();
        Lease back = store().claim(two.run(), "next", LEASE).orElseThrow().lease();
        assertThat(stands(back, 1)).isFalse();
        groups().leave(holder(three, 1));
        assertThat(stands(four, 1)).isFalse();
        assertThat(stands(back, 1)).isTrue();
    }

    @Test
    void aRunThatEndsLeavesWhatItForgot() throws Exception {
        Lease one = driven();
        Lease two = driven();
        stands(one, 1);
        assertThat(stands(two, 1)).isFalse();
        end(one);
        assertThat(stands(two, 1)).isTrue();
    }

    @Test
    void neverTwoAtOnceHoweverManyAsk() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        int many = 8;
        CountDownLatch done = new CountDownLatch(many);
        List<Throwable> faults = new ArrayList<>();
        for (int thread = 0; thread < many; thread++) {
            Lease lease = driven();
            Thread.ofVirtual()
                    .start(() -> {
                        try {
                            for (int turn = 0; turn < 5; turn++) {
                                while (!stands(lease, 1)) {
                                    Thread.sleep(2);
                                }
                                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                                Thread.sleep(1);
                                inside.decrementAndGet();
                                groups().leave(holder(lease, 1));
                            }
                        } catch (InterruptedException | RuntimeException e) {
                            synchronized (faults) {
                                faults.add(e);
                            }
                        } finally {
                            done.countDown();
                        }
                    });
        }
        assertThat(done.await(50, TimeUnit.SECONDS)).isTrue();
        assertThat(faults).isEmpty();
        assertThat(most.get()).isEqualTo(1);
    }

    private boolean stands(Lease lease, int step) {
        return groups().stand(holder(lease, step), group).held();
    }

    private static Holder holder(Lease lease, int step) {
        return new Holder(lease.run(), lease.fence(), step);
    }

    private Lease driven() {
        Run run = DrivenRun.requested();
        store().submit(run, Optional.empty());
        Claim claim = store().claim(run.id(), "i", LEASE).orElseThrow();
        assertThat(store().renew("i", Set.of(claim.lease()), LEASE)).hasSize(1);
        return claim.lease();
    }

    private void end(Lease lease) throws Exception {
        DrivenRun driven = new DrivenRun(store().find(lease.run()).orElseThrow(), lease.fence());
        log().append(driven.chunk(RunStateChanged.to(RunState.PENDING)));
        log().append(driven.chunk(RunStateChanged.to(RunState.ABORTED)));
        log().append(driven.chunk(new RunEnded(driven.run().state(), driven.run().events() + 1)));
    }
}
