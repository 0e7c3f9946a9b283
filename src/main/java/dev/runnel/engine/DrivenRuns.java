package dev.runnel.engine;

import dev.runnel.attempt.RunControl;
import dev.runnel.driver.RunDriver;
import dev.runnel.driver.RunDrivers;
import dev.runnel.eventlog.EventLog;
import dev.runnel.eventlog.LogUnavailable;
import dev.runnel.eventlog.RunJournal;
import dev.runnel.run.Reason;
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import dev.runnel.store.RunQueue;
import dev.runnel.store.RunStore;
import dev.runnel.store.RunStore.Claim;
import dev.runnel.store.RunStore.Lease;
import dev.runnel.store.StoreUnavailable;
import dev.runnel.turn.RunPlace;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The runs that this instance drives now, each on a virtual thread of its own.
final class DrivenRuns {
    private static final System.Logger LOG = System.getLogger(DrivenRuns.class.getName());

    private final RunDrivers drivers;
    private final RunStore store;
    private final RunQueue queue;
    private final EngineCounts counts;
    private final EventLog log;
    private final Duration stopGrace;
    private final Clock clock;
    private final Map<RunId, Driven> runs = new ConcurrentHashMap<>();

    private record Driven(Lease lease, RunControl control) {}

    DrivenRuns(
            RunDrivers drivers,
            RunStore store,
            RunQueue queue,
            EventLog log,
            EngineCounts counts,
            Duration stopGrace,
            Clock clock) {
        this.drivers = drivers;
        this.store = store;
        this.queue = queue;
        this.counts = counts;
        this.log = log;
        this.stopGrace = stopGrace;
        this.clock = clock;
    }

    int size() {
        return runs.size();
    }

    boolean has(RunId id) {
        return runs.containsKey(id);
    }

    Set<Lease> leases() {
        return runs.values().stream().map(Driven::lease).collect(Collectors.toSet());
    }

    /// Drives a claimed run on a thread of its own.
    ///
    /// @param place of the run among those that are driven
    /// @param done called when the run is driven no more
    void drive(Claim claim, RunPlace place, Runnable done) {
        RunControl control = new RunControl(stopGrace);
        claim.cancel().ifPresent(control::cancel);
        claim.cancelledSteps().forEach(control::cancel);
        claim.approvedSteps().forEach(control::approve);
        counts.claimed(claim.origin());
        RunId id = claim.run().id();
        @Nullable Driven before = runs.putIfAbsent(id, new Driven(claim.lease(), control));
        if (before != null) {
            // this instance lost the lease and won it again before the first driver noticed
            before.control().leave();
            store.release(claim.lease());
            done.run();
            return;
        }
        Thread.ofVirtual()
                .name("run-" + id)
                .start(() -> {
                    try {
                        driveNow(claim, control, place);
                    } finally {
                        runs.remove(id);
                        done.run();
                    }
                });
    }

    private void driveNow(Claim claim, RunControl control, RunPlace place) {
        RunId id = claim.run().id();
        try (RunJournal journal = new RunJournal(log, claim.run(), claim.lease().fence(), clock)) {
            RunDriver driver = drivers.driver(journal, control, place);
            try {
                driver.drive();
            } catch (LogUnavailable | StoreUnavailable e) {
                // its containers go on, and whoever claims it next goes on as well
                control.leave();
                throw e;
            } catch (RuntimeException e) {
                // a process that was asleep may not know yet, and must not stop what is another's
                if (!journal.holds()) {
                    LOG.log(System.Logger.Level.WARNING, "run {0} is driven elsewhere now", id);
                    control.leave();
                    return;
                }
                LOG.log(System.Logger.Level.ERROR, "driving run " + id + " failed", e);
                control.end();
                driver.fail(e);
            }
            noteEnd(journal.run());
            driver.cleanUp();
            if (!journal.run().ended()) {
                store.release(claim.lease());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (LogUnavailable | StoreUnavailable e) {
            LOG.log(System.Logger.Level.WARNING, "run {0} is given back when its lease ends", id);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "run " + id + " was left as it is", e);
        }
    }

    private void noteEnd(Run run) {
        if (!run.ended()) {
            return;
        }
        counts.ended(run);
        if (run.request().queueing().concurrency().isPresent()) {
            try {
                queue.ended(run.id());
            } catch (StoreUnavailable e) {
                LOG.log(System.Logger.Level.DEBUG, "its group goes on after a repair", e);
            }
        }
    }

    /// Stops a run that is driven here.
    ///
    /// @return whether the run is driven here
    boolean cancel(RunId id, Reason why) {
        @Nullable Driven driven = runs.get(id);
        if (driven == null) {
            return false;
        }
        driven.control().cancel(why);
        return true;
    }

    /// Stops a step of a run, if the run is driven here.
    void cancel(RunId id, int step) {
        Optional.ofNullable(runs.get(id)).ifPresent(driven -> driven.control().cancel(step));
    }

    /// Lets a step of a run go on, if the run is driven here.
    void approve(RunId id, int step) {
        Optional.ofNullable(runs.get(id)).ifPresent(driven -> driven.control().approve(step));
    }

    /// Lets go of every run whose lease is not among those that still hold.
    void leaveAllBut(Set<Lease> held, Set<Lease> asked) {
        runs.values().stream()
                .filter(driven -> asked.contains(driven.lease()) && !held.contains(driven.lease()))
                .filter(driven -> driven.control().order() != RunControl.Order.LEAVE)
                .forEach(driven -> {
                    counts.leaseLost();
                    driven.control().leave();
                });
    }

    void cancelAll() {
        controls().forEach(RunControl::cancel);
    }

    void leaveAll() {
        controls().forEach(RunControl::leave);
    }

    private Collection<RunControl> controls() {
        return runs.values().stream().map(Driven::control).toList();
    }

    /// Waits until no run is driven, or the time has passed.
    void awaitNone(Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!runs.isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(Duration.ofMillis(20));
        }
    }
}
