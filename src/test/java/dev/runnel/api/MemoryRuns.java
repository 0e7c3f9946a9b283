package dev.runnel.api;

import dev.runnel.eventlog.EventLog;
import dev.runnel.eventlog.FencedOff;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import dev.runnel.store.RunStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Store and log in memory.
@SuppressWarnings("NullAway")
final class MemoryRuns implements RunStore, EventLog {
    private final TreeMap<RunId, Run> runs = new TreeMap<>();
    private final Map<RunId, List<RecordedEvent>> events = new HashMap<>();
    private final Map<RunId, Long> fences = new HashMap<>();
    private final Map<String, Map.Entry<String, RunId>> keys = new HashMap<>();
    private final Set<RunId> cancelled = new HashSet<>();
    private int watches;

    @Override
    public synchronized Submission submit(Run run, Optional<IdempotencyKey> key) {
        if (key.isPresent()) {
            Map.Entry<String, RunId> used = keys.get(key.get().key());
            if (used != null) {
                return used.getKey().equals(key.get().fingerprint())
                        ? new Submission.Repeated(runs.get(used.getValue()))
                        : new Submission.KeyTaken(used.getValue());
            }
            keys.put(key.get().key(), Map.entry(key.get().fingerprint(), run.id()));
        }
        runs.put(run.id(), run);
        events.put(run.id(), new ArrayList<>());
        fences.put(run.id(), 0L);
        return new Submission.Accepted(run);
    }

    @Override
    public synchronized Optional<Run> find(RunId id) {
        return Optional.ofNullable(runs.get(id));
    }

    @Override
    public synchronized List<Run> list(RunFilter filter, Optional<RunId> after, int limit) {
        return runs.values().stream()
                .sorted(Comparator.comparing(Run::id).reversed())
                .filter(run -> after.isEmpty() || run.id().compareTo(after.get()) < 0)
                .filter(run -> filter.states().isEmpty() || filter.states().contains(run.state()))
                .filter(run ->
                        filter.repository()
                                .map(name -> name.equalsIgnoreCase(RunJson.of(run).repository()))
                                .orElse(true))
                .filter(run ->
                        filter.createdFrom().map(f -> !run.createdAt().isBefore(f)).orElse(true))
                .filter(run ->
                        filter.createdTo().map(t -> run.createdAt().isBefore(t)).orElse(true))
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized long pending() {
        return 0;
    }

    @Override
    public Optional<Claim> claimNext(String instance, Duration lease) {
        return Optional.empty();
    }

    @Override
    public synchronized Optional<Claim> claim(RunId id, String instance, Duration lease) {
        Run run = runs.get(id);
        if (run == null || run.ended()) {
            return Optional.empty();
        }
        long fence = fences.merge(id, 1L, Long::sum);
        return Optional.of(new Claim(new Lease(id, fence), run, cancelled.contains(id)));
    }

    @Override
    public List<Renewal> renew(String instance, Set<Lease> leases, Duration lease) {
        return leases.stream().map(held -> new Renewal(held, false)).toList();
    }

    @Override
    public void release(Lease lease) {}

    @Override
    public synchronized boolean requestCancel(RunId id) {
        cancelled.add(id);
        return runs.containsKey(id);
    }

    @Override
    public AutoCloseable onChange(Runnable listener) {
        return () -> {};
    }

    @Override
    public synchronized void append(Chunk chunk) throws FencedOff {
        RunId id = chunk.after().id();
        List<RecordedEvent> log = events.get(id);
        if (fences.get(id) != chunk.fence() || log.size() + 1 != chunk.events().getFirst().seq()) {
            throw new FencedOff(id, chunk.fence());
        }
        log.addAll(chunk.events());
        runs.put(id, chunk.after());
        notifyAll();
    }

    @Override
    public synchronized List<RecordedEvent> read(RunId run, long after, int atMost) {
        List<RecordedEvent> log = events.get(run);
        int to = (int) Math.min(log.size(), after + atMost);
        return List.copyOf(log.subList((int) after, to));
    }

    @Override
    public Map<StepAttempt, StepPosition> positions(RunId run) {
        return Map.of();
    }

    synchronized int watches() {
        return watches;
    }

    @Override
    public synchronized Watch watch(RunId run) {
        watches++;
        return new Watch() {
            @Override
            public void await(long after, Duration atMost) throws InterruptedException {
                synchronized (MemoryRuns.this) {
                    long until = System.nanoTime() + atMost.toNanos();
                    long left = atMost.toMillis();
                    while (events.get(run).size() <= after && left > 0) {
                        MemoryRuns.this.wait(left);
                        left = (until - System.nanoTime()) / 1_000_000;
                    }
                }
            }

            @Override
            public void close() {
                synchronized (MemoryRuns.this) {
                    watches--;
                }
            }
        };
    }

    @Override
    public AutoCloseable onAppend(AppendListener listener) {
        return () -> {};
    }
}
