package dev.runnel.store;

import dev.runnel.eventlog.MemoryEventLog;
import dev.runnel.group.MemoryStepGroups;
import dev.runnel.run.Queueing.Concurrency;
import dev.runnel.run.Reason;
import dev.runnel.run.RepositoryName;
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// A run store in memory, over an event log in memory. Its queue and its pauses are [#queue] and
/// [#pauses].
public final class MemoryRunStore implements RunStore {
    private final MemoryEventLog log;
    private final InstantSource clock;
    private final MemoryRunQueue queue;
    private final Map<String, Used> keys = new HashMap<>();
    private final List<ChangeListener> listeners = new CopyOnWriteArrayList<>();

    private record Used(String fingerprint, RunId run) {}

    public MemoryRunStore(MemoryEventLog log, InstantSource clock) {
        this.log = log;
        this.clock = clock;
        this.queue = new MemoryRunQueue(log, clock, this, () -> changed(Change.CLAIMABLE));
    }

    public RunQueue queue() {
        return queue;
    }

    /// The registry that says which labels there are.
    public MemoryInstances instances() {
        return queue.instances;
    }

    /// What it knows of the runs that hold concurrency groups.
    public MemoryStepGroups.Leases leases() {
        return new MemoryStepGroups.Leases() {
            @Override
            public boolean isDriven(RunId run) {
                return entry(run).filter(one -> one.isDriven(clock.instant())).isPresent();
            }

            @Override
            public boolean isHeld(RunId run, long fence) {
                return entry(run)
                        .filter(one -> one.fence == fence && one.instance != null)
                        .isPresent();
            }

            @Override
            public boolean hasEnded(RunId run) {
                return log.run(run).ended();
            }
        };
    }

    private synchronized Optional<MemoryRunQueue.Entry> entry(RunId run) {
        return Optional.ofNullable(queue.entries.get(run));
    }

    public Pauses pauses() {
        return queue.pauses();
    }

    @Override
    public Submission submit(Run run, Optional<IdempotencyKey> key) {
        List<RunId> superseded;
        synchronized (this) {
            if (key.isPresent()) {
                @Nullable Used used = keys.get(key.get().key());
                if (used != null) {
                    return used.fingerprint.equals(key.get().fingerprint())
                            ? new Submission.Repeated(log.run(used.run))
                            : new Submission.KeyTaken(used.run);
                }
            }
            if (queue.isPaused(new Pauses.Scope.Intake())) {
                return new Submission.IntakePaused();
            }
            Optional<RunId> live = rejecting(run);
            if (live.isPresent()) {
                return new Submission.GroupRejected(live.get());
            }
            superseded = supersede(run);
            key.ifPresent(named -> keys.put(named.key(), new Used(named.fingerprint(), run.id())));
            log.begin(run);
            queue.add(run);
        }
        changed(superseded.isEmpty() ? Change.CLAIMABLE : Change.CANCEL);
        return new Submission.Accepted(run, superseded);
    }

    private Optional<RunId> rejecting(Run run) {
        return policy(run, Concurrency.Policy.REJECT)
                .flatMap(concurrency ->
                        queue.live(run.request().concurrencyGroup())
                                .skip(concurrency.limit() - 1L)
                                .findFirst()
                                .map(entry -> entry.run));
    }

    private List<RunId> supersede(Run run) {
        Optional<Concurrency> concurrency = policy(run, Concurrency.Policy.CANCEL_PREVIOUS);
        if (concurrency.isEmpty()) {
            return List.of();
        }
        List<MemoryRunQueue.Entry> others =
                queue.live(run.request().concurrencyGroup())
                        .filter(entry -> entry.cancel.isEmpty())
                        .toList();
        int tooMany = Math.max(0, others.size() - concurrency.get().limit() + 1);
        List<MemoryRunQueue.Entry> oldest = others.subList(0, tooMany);
        oldest.forEach(entry -> entry.cancel = Optional.of(Reason.SUPERSEDED));
        return oldest.stream().map(entry -> entry.run).toList();
    }

    private static Optional<Concurrency> policy(Run run, Concurrency.Policy policy) {
        return run.request().queueing().concurrency().filter(one -> one.policy() == policy);
    }

    @Override
    public synchronized Optional<Run> find(RunId id) {
        return queue.entries.containsKey(id) ? Optional.of(log.run(id)) : Optional.empty();
    }

    @Override
    public synchronized List<Run> list(RunFilter filter, Optional<RunId> after, int limit) {
        return queue.entries.descendingMap().keySet().stream()
                .filter(id -> after.isEmpty() || id.compareTo(after.get()) < 0)
                .map(log::run)
                .filter(run -> matches(filter, run))
                .limit(limit)
                .toList();
    }

    private static boolean matches(RunFilter filter, Run run) {
        String repository = RepositoryName.of(run.request().url()).toString();
        Instant at = run.createdAt();
        return (filter.states().isEmpty() || filter.states().contains(run.state()))
                && filter.repository().map(repository::equalsIgnoreCase).orElse(true)
                && filter.createdFrom().map(from -> !at.isBefore(from)).orElse(true)
                && filter.createdTo().map(at::isBefore).orElse(true);
    }

    @Override
    public synchronized List<RunId> rerunsOf(RunId id) {
        return queue.entries.keySet().stream()
                .filter(other -> isRerun(log.run(other), id))
                .toList();
    }

    private static boolean isRerun(Run run, RunId original) {
        return run.request().rerun().filter(rerun -> rerun.of().equals(original)).isPresent();
    }

    @Override
    public synchronized Optional<Claim> claimNext(
            String instance, Set<String> labels, Duration lease) {
        Instant now = clock.instant();
        Optional<MemoryRunQueue.Entry> expired =
                queue.open()
                        .filter(entry -> entry.instance != null && !entry.isDriven(now))
                        .filter(entry -> entry.admits(labels))
                        .min(Comparator.comparing(entry -> entry.leasedUntil));
        return expired.or(() -> queue.next(labels)).map(entry -> taken(entry, instance, lease));
    }

    @Override
    public synchronized void require(Lease lease, Set<String> labels) {
        MemoryRunQueue.@Nullable Entry entry = queue.entries.get(lease.run());
        if (entry != null && entry.fence == lease.fence() && entry.instance != null) {
            entry.labels = Set.copyOf(labels);
        }
    }

    @Override
    public synchronized Optional<Claim> claim(RunId id, String instance, Duration lease) {
        return queue.open()
                .filter(entry -> entry.run.equals(id) && !entry.isDriven(clock.instant()))
                .findFirst()
                .map(entry -> taken(entry, instance, lease));
    }

    private Claim taken(MemoryRunQueue.Entry entry, String instance, Duration lease) {
        Origin origin =
                entry.instance != null
                        ? Origin.EXPIRED
                        : entry.fence > 0 ? Origin.GIVEN_BACK : Origin.NEW;
        entry.instance = instance;
        entry.leasedUntil = clock.instant().plus(lease);
        entry.fence = log.raiseFence(entry.run);
        Lease taken = new Lease(entry.run, entry.fence);
        return new Claim(
                taken,
                log.run(entry.run),
                entry.cancel,
                origin,
                Set.copyOf(entry.cancelledSteps),
                Set.copyOf(entry.approvedSteps));
    }

    @Override
    public synchronized List<Renewal> renew(String instance, Set<Lease> leases, Duration lease) {
        List<Renewal> renewals = new ArrayList<>();
        for (Lease asked : leases) {
            MemoryRunQueue.@Nullable Entry entry = queue.entries.get(asked.run());
            if (entry != null && entry.fence == asked.fence() && instance.equals(entry.instance)) {
                entry.leasedUntil = clock.instant().plus(lease);
                renewals.add(
                        new Renewal(
                                asked,
                                entry.cancel,
                                Set.copyOf(entry.cancelledSteps),
                                Set.copyOf(entry.approvedSteps)));
            }
        }
        return renewals;
    }

    @Override
    public void release(Lease lease) {
        synchronized (this) {
            MemoryRunQueue.@Nullable Entry entry = queue.entries.get(lease.run());
            if (entry == null || entry.fence != lease.fence() || entry.instance == null) {
                return;
            }
            entry.instance = null;
            entry.leasedUntil = Instant.MIN;
            entry.fence = log.raiseFence(entry.run);
        }
        changed(Change.CLAIMABLE);
    }

    @Override
    public boolean requestCancel(RunId id) {
        synchronized (this) {
            MemoryRunQueue.@Nullable Entry entry = queue.entries.get(id);
            if (entry == null) {
                return false;
            }
            if (entry.cancel.isEmpty() && !log.run(id).ended()) {
                entry.cancel = Optional.of(Reason.CANCELLED);
            }
        }
        changed(Change.CANCEL);
        return true;
    }

    @Override
    public void requestCancel(RunId id, int step) {
        synchronized (this) {
            MemoryRunQueue.@Nullable Entry entry = queue.entries.get(id);
            if (entry == null || log.run(id).ended()) {
                return;
            }
            entry.cancelledSteps.add(step);
        }
        changed(Change.CANCEL);
    }

    @Override
    public void approve(RunId id, int step) {
        synchronized (this) {
            MemoryRunQueue.@Nullable Entry entry = queue.entries.get(id);
            if (entry == null || log.run(id).ended()) {
                return;
            }
            entry.approvedSteps.add(step);
        }
        changed(Change.CANCEL);
    }

    @Override
    public AutoCloseable onChange(ChangeListener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    private void changed(Change change) {
        listeners.forEach(listener -> listener.changed(change));
    }
}
