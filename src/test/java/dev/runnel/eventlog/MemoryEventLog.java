package dev.runnel.eventlog;

import dev.runnel.run.OutputLine.End;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// An event log in memory. Its appends can be held up, as by a database that is away.
public final class MemoryEventLog implements EventLog {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<RunId, Log> logs = new HashMap<>();
    private final List<RecordedEvent> all = new ArrayList<>();
    private final List<Chunk> chunks = new ArrayList<>();
    private final List<AppendListener> listeners = new CopyOnWriteArrayList<>();
    private boolean held;

    private static final class Log {
        private final List<RecordedEvent> events = new ArrayList<>();
        private final Map<Long, Chunk> chunks = new HashMap<>();
        private Map<StepAttempt, StepPosition> positions = Map.of();
        private Run run;
        private long fence;

        Log(Run run, long fence) {
            this.run = run;
            this.fence = fence;
        }
    }

    /// A run whose log is empty and which nobody has leased. Without this, a run is known from its
    /// first append on, whatever the fence.
    public void begin(Run run) {
        lock.lock();
        try {
            logs.put(run.id(), new Log(run, 0));
        } finally {
            lock.unlock();
        }
    }

    /// Has the lease of a run pass on.
    ///
    /// @return the new fence
    public long raiseFence(RunId run) {
        lock.lock();
        try {
            return ++known(run).fence;
        } finally {
            lock.unlock();
        }
    }

    /// The run as its events leave it.
    public Run run(RunId run) {
        lock.lock();
        try {
            return known(run).run;
        } finally {
            lock.unlock();
        }
    }

    /// While held, appends wait, as when the database is away.
    public void hold(boolean hold) {
        lock.lock();
        try {
            held = hold;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// The events of all runs in the order in which they were appended.
    public List<RecordedEvent> all() {
        lock.lock();
        try {
            return List.copyOf(all);
        } finally {
            lock.unlock();
        }
    }

    /// The chunks of all runs in the order in which they were appended.
    public List<Chunk> chunks() {
        lock.lock();
        try {
            return List.copyOf(chunks);
        } finally {
            lock.unlock();
        }
    }

    private Log known(RunId run) {
        @Nullable Log log = logs.get(run);
        if (log == null) {
            throw new IllegalStateException("no run " + run);
        }
        return log;
    }

    @Override
    public void append(Chunk chunk) throws FencedOff, InterruptedException {
        lock.lockInterruptibly();
        try {
            while (held) {
                changed.await();
            }
            store(chunk);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        listeners.forEach(listener -> listener.appended(chunk.after()));
    }

    private void store(Chunk chunk) throws FencedOff {
        Log log =
                logs.computeIfAbsent(
                        chunk.after().id(), _ -> new Log(chunk.after(), chunk.fence()));
        long first = chunk.events().getFirst().seq();
        if (chunk.equals(log.chunks.get(first))) {
            return;
        }
        boolean ended = !log.events.isEmpty() && log.run.ended();
        if (chunk.fence() != log.fence || ended || first != log.events.size() + 1) {
            throw new FencedOff(chunk.after().id(), chunk.fence());
        }
        log.chunks.put(first, chunk);
        log.events.addAll(chunk.events());
        log.run = chunk.after();
        log.positions = chunk.positions();
        all.addAll(chunk.events());
        chunks.add(chunk);
    }

    @Override
    public boolean isNewest(RunId run, long fence) {
        lock.lock();
        try {
            @Nullable Log log = logs.get(run);
            // a run that was not begun is known from its first append on, whatever the fence
            return log == null || log.fence == fence;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<RecordedEvent> read(RunId run, long after, int atMost) {
        lock.lock();
        try {
            List<RecordedEvent> events =
                    Optional.ofNullable(logs.get(run)).map(log -> log.events).orElse(List.of());
            int from = (int) Math.min(after, events.size());
            int to = (int) Math.min(events.size(), after + (long) atMost);
            return List.copyOf(events.subList(from, Math.max(from, to)));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<RecordedEvent> readBefore(RunId run, long before, int atMost) {
        long from = Math.max(1, before - atMost);
        return from >= before ? List.of() : read(run, from - 1, (int) (before - from));
    }

    @Override
    public long passOver(RunId run, long after, Set<Integer> steps) {
        long place = after;
        for (RecordedEvent event : read(run, after, Integer.MAX_VALUE)) {
            if (isOf(steps, event)) {
                return place;
            }
            place = event.seq();
        }
        return place;
    }

    @Override
    public long passOverBefore(RunId run, long before, Set<Integer> steps) {
        long place = before;
        for (RecordedEvent event : readBefore(run, before, Integer.MAX_VALUE).reversed()) {
            if (isOf(steps, event)) {
                return place;
            }
            place = event.seq();
        }
        return place;
    }

    private static boolean isOf(Set<Integer> steps, RecordedEvent event) {
        return event.event().step() == 0 || steps.contains(event.event().step());
    }

    @Override
    public Optional<TextEnd> textEnd(RunId run) {
        List<RecordedEvent> events = read(run, 0, Integer.MAX_VALUE);
        return Optional.of(new TextEnd(events.size(), textOf(events)));
    }

    @Override
    public TextEnd textBefore(RunId run, long offset) {
        TextEnd place = TextEnd.START;
        for (RecordedEvent event : read(run, 0, Integer.MAX_VALUE)) {
            long bytes = place.bytes() + textOf(List.of(event));
            if (bytes > offset) {
                break;
            }
            place = new TextEnd(event.seq(), bytes);
        }
        return place;
    }

    private static long textOf(List<RecordedEvent> events) {
        long bytes = 0;
        for (RecordedEvent recorded : events) {
            if (recorded.event() instanceof OutputWritten output) {
                bytes += output.line().text().getBytes(StandardCharsets.UTF_8).length;
                bytes += output.line().end() == End.NONE ? 0 : 1;
            }
        }
        return bytes;
    }

    @Override
    public Map<StepAttempt, StepPosition> positions(RunId run) {
        lock.lock();
        try {
            return Optional.ofNullable(logs.get(run)).map(log -> log.positions).orElse(Map.of());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Watch watch(RunId run) {
        return new Watch() {
            @Override
            public void await(long after, Duration atMost) throws InterruptedException {
                awaitGrowth(run, after, atMost);
            }

            @Override
            public void close() {}
        };
    }

    private void awaitGrowth(RunId run, long after, Duration atMost) throws InterruptedException {
        long left = atMost.toNanos();
        lock.lockInterruptibly();
        try {
            while (size(run) <= after && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private int size(RunId run) {
        return Optional.ofNullable(logs.get(run)).map(log -> log.events.size()).orElse(0);
    }

    @Override
    public AutoCloseable onAppend(AppendListener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }
}
