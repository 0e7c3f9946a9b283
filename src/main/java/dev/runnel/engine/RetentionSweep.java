package dev.runnel.engine;

import dev.runnel.artifact.ArtifactStore;
import dev.runnel.artifact.ArtifactStore.Need;
import dev.runnel.artifact.ArtifactsUnavailable;
import dev.runnel.run.RunId;
import dev.runnel.store.RunRetention;
import dev.runnel.store.RunStore;
import dev.runnel.store.StoreUnavailable;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;

/// Removes old runs and logs as the rules say, in small batches with pauses between them, and files
/// of steps whose runs are gone, on a thread of its own. Every instance may do so at the same time.
public final class RetentionSweep implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(RetentionSweep.class.getName());

    private static final int RUNS_AT_ONCE = 500;
    // the log of one run can be large
    private static final int LOGS_AT_ONCE = 50;
    private static final long PAUSE_MILLIS = 20;

    private final RunRetention retention;
    private final RunStore store;
    private final ArtifactStore artifacts;
    private final RetentionRules rules;
    private final InstantSource clock;
    private final AtomicLong removedRuns = new AtomicLong();
    private final AtomicLong removedLogs = new AtomicLong();
    private final Thread thread = Thread.ofVirtual().name("retention").unstarted(this::sweepOn);

    public RetentionSweep(
            RunRetention retention,
            RunStore store,
            ArtifactStore artifacts,
            RetentionRules rules,
            InstantSource clock) {
        this.retention = retention;
        this.store = store;
        this.artifacts = artifacts;
        this.rules = rules;
        this.clock = clock;
    }

    /// Begins to remove now and then.
    public void start() {
        thread.start();
    }

    /// How many runs this instance has removed.
    public long removedRuns() {
        return removedRuns.get();
    }

    /// Of how many runs this instance has removed the log.
    public long removedLogs() {
        return removedLogs.get();
    }

    private void sweepOn() {
        try {
            while (true) {
                sweepQuietly();
                Thread.sleep(rules.every());
            }
        } catch (InterruptedException e) {
            // the process ends
        }
    }

    private void sweepQuietly() throws InterruptedException {
        try {
            sweep();
        } catch (StoreUnavailable | ArtifactsUnavailable e) {
            LOG.log(System.Logger.Level.WARNING, "cannot remove old runs for now", e);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "removing old runs failed; trying again later", e);
        }
    }

    /// Removes everything that is due.
    void sweep() throws InterruptedException {
        Instant now = clock.instant();
        if (rules.runsFor().isPresent()) {
            Instant before = now.minus(rules.runsFor().get());
            repeat(RUNS_AT_ONCE, removedRuns, () -> retention.removeRuns(before, RUNS_AT_ONCE));
        }
        if (rules.runs().isPresent()) {
            removeBeyond(rules.runs().getAsInt());
        }
        if (rules.runsOfRepository().isPresent()) {
            int kept = rules.runsOfRepository().getAsInt();
            repeat(RUNS_AT_ONCE, removedRuns, () -> retention.removeBeyond(kept, RUNS_AT_ONCE));
        }
        if (rules.logsFor().isPresent()) {
            Instant before = now.minus(rules.logsFor().get());
            repeat(LOGS_AT_ONCE, removedLogs, () -> retention.removeLogs(before, LOGS_AT_ONCE));
        }
        artifacts.sweep(this::need);
    }

    private Need need(RunId run) {
        return store.find(run)
                .map(known -> known.ended() ? Need.ENDED : Need.LIVE)
                .orElse(Need.GONE);
    }

    private void removeBeyond(int kept) throws InterruptedException {
        Optional<Instant> first = retention.endOfFirstBeyond(kept);
        if (first.isPresent()) {
            // the one that is named is beyond as well
            Instant before = first.get().plusNanos(1000);
            repeat(RUNS_AT_ONCE, removedRuns, () -> retention.removeRuns(before, RUNS_AT_ONCE));
        }
    }

    private static void repeat(int batch, AtomicLong removed, IntSupplier remove)
            throws InterruptedException {
        int last;
        do {
            last = remove.getAsInt();
            removed.addAndGet(last);
            Thread.sleep(PAUSE_MILLIS);
        } while (last == batch);
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
