package dev.runnel.engine;

import dev.runnel.store.RunStore;
import dev.runnel.store.RunStore.Lease;
import dev.runnel.store.RunStore.Renewal;
import dev.runnel.store.StoreUnavailable;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// Gives the sign of life that keeps this instance's leases, and hears which runs were lost to
/// others or are to be cancelled.
final class LeaseKeeper {
    private static final System.Logger LOG = System.getLogger(LeaseKeeper.class.getName());
    private static final Duration SHORTEST_GAP = Duration.ofMillis(200);

    private final RunStore store;
    private final DrivenRuns driven;
    private final EngineSettings settings;
    private final Semaphore nudges = new Semaphore(0);
    private final Thread thread;
    private volatile boolean closed;

    LeaseKeeper(RunStore store, DrivenRuns driven, EngineSettings settings) {
        this.store = store;
        this.driven = driven;
        this.settings = settings;
        this.thread = Thread.ofVirtual().name("leases").unstarted(this::keep);
    }

    void start() {
        thread.start();
    }

    /// Perhaps a run is to be cancelled.
    void nudge() {
        nudges.release();
    }

    private void keep() {
        boolean answering = true;
        while (!closed) {
            try {
                awaitTurn();
                renew();
                answering = true;
            } catch (InterruptedException e) {
                return;
            } catch (StoreUnavailable e) {
                // the runs go on: nobody else can take them while the database is away
                if (answering) {
                    LOG.log(System.Logger.Level.WARNING, "cannot renew leases for now", e);
                }
                answering = false;
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "renewing leases failed; trying again", e);
            }
        }
    }

    @SuppressWarnings("ReturnValueIgnored") // nudged or not, it is time to renew
    private void awaitTurn() throws InterruptedException {
        Thread.sleep(SHORTEST_GAP);
        long rest = settings.lease().dividedBy(3).minus(SHORTEST_GAP).toMillis();
        nudges.tryAcquire(Math.max(rest, 0), TimeUnit.MILLISECONDS);
        nudges.drainPermits();
    }

    private void renew() {
        Set<Lease> asked = driven.leases();
        if (asked.isEmpty()) {
            return;
        }
        List<Renewal> renewals = store.renew(settings.driver().instance(), asked, settings.lease());
        renewals.forEach(renewal ->
                renewal.cancel().ifPresent(why -> driven.cancel(renewal.lease().run(), why)));
        renewals.forEach(renewal ->
                renewal.cancelledSteps()
                        .forEach(step -> driven.cancel(renewal.lease().run(), step)));
        renewals.forEach(renewal ->
                renewal.approvedSteps()
                        .forEach(step -> driven.approve(renewal.lease().run(), step)));
        driven.leaveAllBut(
                renewals.stream().map(Renewal::lease).collect(Collectors.toSet()), asked);
    }

    void stop() throws InterruptedException {
        closed = true;
        thread.interrupt();
        thread.join();
    }
}
