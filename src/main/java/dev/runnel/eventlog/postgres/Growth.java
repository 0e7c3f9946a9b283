package dev.runnel.eventlog.postgres;

import dev.runnel.eventlog.EventLog.AppendListener;
import dev.runnel.eventlog.EventLog.Watch;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Wakes who waits for logs to grow. One entry per watched run, shared by all its watchers; nothing
/// runs while nothing grows.
final class Growth {
    private static final Duration DEAF_WAIT = Duration.ofSeconds(1);

    private final Map<RunId, WatchedLog> watched = new ConcurrentHashMap<>();
    private final List<AppendListener> listeners = new CopyOnWriteArrayList<>();
    private final BooleanSupplier hearsOthers;

    /// @param hearsOthers whether appends of other instances are heard of; while they are not,
    ///   watchers look for themselves every second
    Growth(BooleanSupplier hearsOthers) {
        this.hearsOthers = hearsOthers;
    }

    /// A log grew by these events, which are stored.
    void grew(Run after, List<RecordedEvent> events) {
        @Nullable WatchedLog log = watched.get(after.id());
        if (log != null) {
            log.recent.stored(events);
            log.grew(events.getLast().seq());
        }
        listeners.forEach(listener -> listener.appended(after));
    }

    /// A log grew.
    void grew(RunId run, long lastSeq) {
        @Nullable WatchedLog log = watched.get(run);
        if (log != null) {
            log.grew(lastSeq);
        }
        mayHaveGrown(run);
    }

    /// The latest events of a log that is watched.
    Optional<RecentEvents> recent(RunId run) {
        return Optional.ofNullable(watched.get(run)).map(log -> log.recent);
    }

    /// A log grew, perhaps.
    void mayHaveGrown(RunId run) {
        listeners.forEach(listener -> listener.appended(run));
    }

    /// Any watched log may have grown unheard.
    void wakeAll() {
        watched.values().forEach(WatchedLog::doubt);
    }

    Watch watch(RunId run) {
        WatchedLog log =
                watched.compute(
                        run,
                        (_, known) -> {
                            WatchedLog entry = known == null ? new WatchedLog() : known;
                            entry.watchers++;
                            return entry;
                        });
        return new GrowthWatch(run, log);
    }

    AutoCloseable onAppend(AppendListener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    private void leave(RunId run) {
        watched.computeIfPresent(
                run,
                (_, log) -> {
                    log.watchers--;
                    return log.watchers == 0 ? null : log;
                });
    }

    private static final class WatchedLog {
        // guarded by the map's lock on the entry
        private int watchers;
        private final RecentEvents recent = new RecentEvents();
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();
        private long lastSeq;
        private long doubts;

        void grew(long seq) {
            lock.lock();
            try {
                if (seq > lastSeq) {
                    lastSeq = seq;
                    changed.signalAll();
                }
            } finally {
                lock.unlock();
            }
        }

        long doubtsSoFar() {
            lock.lock();
            try {
                return doubts;
            } finally {
                lock.unlock();
            }
        }

        void doubt() {
            lock.lock();
            try {
                doubts++;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        /// @return the doubts so far
        long await(long after, long doubtsBefore, long nanos) throws InterruptedException {
            long left = nanos;
            lock.lockInterruptibly();
            try {
                while (lastSeq <= after && doubts == doubtsBefore && left > 0) {
                    left = changed.awaitNanos(left);
                }
                return doubts;
            } finally {
                lock.unlock();
            }
        }
    }

    private final class GrowthWatch implements Watch {
        private final RunId run;
        private final WatchedLog log;
        private long doubtsSeen;
        private boolean closed;

        GrowthWatch(RunId run, WatchedLog log) {
            this.run = run;
            this.log = log;
            this.doubtsSeen = log.doubtsSoFar();
        }

        @Override
        public void await(long after, Duration atMost) throws InterruptedException {
            Duration wait =
                    hearsOthers.getAsBoolean() || atMost.compareTo(DEAF_WAIT) < 0
                            ? atMost
                            : DEAF_WAIT;
            doubtsSeen = log.await(after, doubtsSeen, wait.toNanos());
        }

        @Override
        public synchronized void close() {
            if (!closed) {
                closed = true;
                leave(run);
            }
        }
    }
}
