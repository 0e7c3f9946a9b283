package dev.runnel.sink;

import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import dev.runnel.store.StoreUnavailable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Positions in memory, of runs that are recorded in memory.
public final class MemorySinkPositions implements SinkPositions {
    private final RecordedRuns runs;
    private final Map<Key, Row> rows = new TreeMap<>();
    private boolean away;
    private int renewals;

    public MemorySinkPositions(RecordedRuns runs) {
        this.runs = runs;
    }

    private record Key(String sink, RunId run) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            return (sink + run).compareTo(other.sink + other.run);
        }
    }

    private record Row(
            Position position, boolean done, @Nullable String instance, Instant leasedUntil) {
        boolean isFree() {
            return !done && (instance == null || leasedUntil.isBefore(Instant.now()));
        }

        boolean isOf(String holder) {
            return !done && holder.equals(instance);
        }

        Row takenBy(String holder, Duration lease) {
            return new Row(position, done, holder, Instant.now().plus(lease));
        }
    }

    /// Whether calls fail, as when the database does not answer.
    public synchronized void setAway(boolean isAway) {
        away = isAway;
    }

    /// The stored position; empty when there is none.
    public synchronized Optional<Position> position(String sink, RunId run) {
        return Optional.ofNullable(rows.get(new Key(sink, run))).map(Row::position);
    }

    /// Whether nothing is left to tell of the run.
    public synchronized boolean isDone(String sink, RunId run) {
        return Optional.ofNullable(rows.get(new Key(sink, run))).map(Row::done).orElse(false);
    }

    /// How often leases were renewed.
    public synchronized int renewals() {
        return renewals;
    }

    @Override
    public synchronized List<RunId> unseenLive(String sink, int atMost) {
        return unseen(sink, run -> !run.ended(), atMost);
    }

    @Override
    public synchronized List<RunId> unseenSince(String sink, Instant since, int atMost) {
        return unseen(sink, run -> !run.createdAt().isBefore(since), atMost);
    }

    private List<RunId> unseen(String sink, Predicate<Run> which, int atMost) {
        answer();
        return runs.all()
                .filter(which)
                .map(Run::id)
                .filter(run -> !rows.containsKey(new Key(sink, run)))
                .limit(atMost)
                .toList();
    }

    @Override
    public synchronized void pass(String sink, Collection<RunId> passed) {
        answer();
        passed.forEach(run ->
                rows.putIfAbsent(
                        new Key(sink, run), new Row(Position.START, true, null, Instant.MIN)));
    }

    @Override
    public synchronized Optional<Claim> claim(
            String sink, RunId run, String instance, Duration lease) {
        answer();
        Row row =
                rows.computeIfAbsent(
                        new Key(sink, run), _ -> new Row(Position.START, false, null, Instant.MIN));
        return row.isFree()
                ? Optional.of(take(new Key(sink, run), row, instance, lease))
                : Optional.empty();
    }

    @Override
    public synchronized List<Claim> claimDue(
            String sink, String instance, Duration lease, int atMost) {
        answer();
        List<Claim> due = new ArrayList<>();
        for (Map.Entry<Key, Row> entry : List.copyOf(rows.entrySet())) {
            Key key = entry.getKey();
            Row row = entry.getValue();
            if (due.size() < atMost
                    && key.sink().equals(sink)
                    && row.isFree()
                    && runs.find(key.run()).events() > row.position().seq()) {
                due.add(take(key, row, instance, lease));
            }
        }
        return due;
    }

    private Claim take(Key key, Row row, String instance, Duration lease) {
        rows.put(key, row.takenBy(instance, lease));
        return new Claim(key.run(), row.position());
    }

    @Override
    public synchronized Set<RunId> renew(
            String sink, String instance, Set<RunId> renewed, Duration lease) {
        answer();
        renewals++;
        Set<RunId> held = new HashSet<>();
        for (RunId run : renewed) {
            Row row = rows.get(new Key(sink, run));
            if (row != null && row.isOf(instance)) {
                rows.put(new Key(sink, run), row.takenBy(instance, lease));
                held.add(run);
            }
        }
        return held;
    }

    @Override
    public synchronized boolean save(
            String sink, RunId run, String instance, Position position, boolean done) {
        answer();
        Row row = rows.get(new Key(sink, run));
        if (row == null || !row.isOf(instance)) {
            return false;
        }
        rows.put(
                new Key(sink, run),
                new Row(position, done, done ? null : instance, row.leasedUntil()));
        return true;
    }

    @Override
    public synchronized void release(String sink, String instance, Collection<RunId> released) {
        answer();
        for (RunId run : released) {
            rows.computeIfPresent(
                    new Key(sink, run),
                    (_, row) ->
                            row.isOf(instance)
                                    ? new Row(row.position(), false, null, Instant.MIN)
                                    : row);
        }
    }

    private void answer() {
        if (away) {
            throw new StoreUnavailable(new java.io.IOException("switched off by the test"));
        }
    }
}
