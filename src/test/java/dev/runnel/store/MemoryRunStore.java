package dev.runnel.store;

import dev.runnel.eventlog.MemoryEventLog;
import dev.runnel.run.RepositoryName;
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// A run store in memory, over an event log in memory.
public final class MemoryRunStore implements RunStore {
    private final MemoryEventLog log;
    private final InstantSource clock;
    private final TreeMap<RunId, Entry> entries = new TreeMap<>();
    private final Map<String, Used> keys = new HashMap<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    private record Used(String fingerprint, RunId run) {}

    private static final class Entry {
        private final RunId run;
        private final Instant createdAt;
        private @Nullable String instance;
        private Instant leasedUntil = Instant.MIN;
        private long fence;
        private boolean cancelRequested;
        private final Set<Integer> cancelledSteps = new HashSet<>();

        Entry(Run run) {
            this.run = run.id();
            this.createdAt = run.createdAt();
        }

        boolean isDriven(Instant now) {
            return instance != null && leasedUntil.isAfter(now);
        }
    }

    public MemoryRunStore(MemoryEventLog log, InstantSource clock) {
        this.log = log;
        this.clock = clock;
    }

    @Override
    public Submission submit(Run run, Optional<IdempotencyKey> key) {
        synchronized (this) {
            if (key.isPresent()) {
                Used mine = new Used(key.get().fingerprint(), run.id());
                @Nullable Used used = keys.putIfAbsent(key.get().key(), mine);
                if (used != null) {
                    return used.fingerprint.equals(mine.fingerprint)
                            ? new Submission.Repeated(log.run(used.run))
                            : new Submission.KeyTaken(used.run);
                }
            }
            log.begin(run);
            entries.put(run.id(), new Entry(run));
        }
        changed();
        return new Submission.Accepted(run);
    }

    @Override
    public synchronized Optional<Run> find(RunId id) {
        return entries.containsKey(id) ? Optional.of(log.run(id)) : Optional.empty();
    }

    @Override
    public synchronized List<Run> list(RunFilter filter, Optional<RunId> after, int limit) {
        return entries.descendingMap().keySet().stream()
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
        return entries.keySet().stream()
                .filter(other ->
                        log.run(other)
                                .request()
                                .rerun()
                                .filter(it -> it.of().equals(id))
                                .isPresent())
                .toList();
    }

    @Override
    public synchronized long pending() {
        return open().filter(entry -> entry.instance == null).count();
    }

    private java.util.stream.Stream<Entry> open() {
        return entries.values().stream().filter(entry -> !log.run(entry.run).ended());
    }

    @Override
    public synchronized Optional<Claim> claimNext(String instance, Duration lease) {
        Comparator<Entry> expiredFirst = Comparator.comparing(entry -> entry.instance == null);
        return open().filter(entry -> !entry.isDriven(clock.instant()))
                .min(
                        expiredFirst
                                .thenComparing(entry -> entry.leasedUntil)
                                .thenComparing(entry -> entry.createdAt)
                                .thenComparing(entry -> entry.run))
                .map(entry -> taken(entry, instance, lease));
    }

    @Override
    public synchronized Optional<Claim> claim(RunId id, String instance, Duration lease) {
        return open().filter(entry -> entry.run.equals(id) && !entry.isDriven(clock.instant()))
                .findFirst()
                .map(entry -> taken(entry, instance, lease));
    }

    private Claim taken(Entry entry, String instance, Duration lease) {
        entry.instance = instance;
        entry.leasedUntil = clock.instant().plus(lease);
        entry.fence = log.raiseFence(entry.run);
        return new Claim(
                new Lease(entry.run, entry.fence),
                log.run(entry.run),
                entry.cancelRequested,
                Set.copyOf(entry.cancelledSteps));
    }

    @Override
    public synchronized List<Renewal> renew(String instance, Set<Lease> leases, Duration lease) {
        List<Renewal> renewals = new ArrayList<>();
        for (Lease asked : leases) {
            @Nullable Entry entry = entries.get(asked.run());
            if (entry != null && entry.fence == asked.fence() && instance.equals(entry.instance)) {
                entry.leasedUntil = clock.instant().plus(lease);
                renewals.add(
                        new Renewal(
                                asked, entry.cancelRequested, Set.copyOf(entry.cancelledSteps)));
            }
        }
        return renewals;
    }

    @Override
    public void release(Lease lease) {
        synchronized (this) {
            @Nullable Entry entry = entries.get(lease.run());
            if (entry == null || entry.fence != lease.fence() || entry.instance == null) {
                return;
            }
            entry.instance = null;
            entry.leasedUntil = Instant.MIN;
            entry.fence = log.raiseFence(entry.run);
        }
        changed();
    }

    @Override
    public boolean requestCancel(RunId id) {
        synchronized (this) {
            @Nullable Entry entry = entries.get(id);
            if (entry == null) {
                return false;
            }
            entry.cancelRequested = entry.cancelRequested || !log.run(id).ended();
        }
        changed();
        return true;
    }

    @Override
    public void requestCancel(RunId id, int step) {
        synchronized (this) {
            @Nullable Entry entry = entries.get(id);
            if (entry == null || log.run(id).ended()) {
                return;
            }
            entry.cancelledSteps.add(step);
        }
        changed();
    }

    @Override
    public AutoCloseable onChange(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    private void changed() {
        listeners.forEach(Runnable::run);
    }
}
