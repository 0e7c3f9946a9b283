package dev.runnel.eventlog.postgres;

import dev.runnel.run.RecordedEvent;
import dev.runnel.run.RunEvent.OutputWritten;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// The stored events at the end of one watched log, kept in memory so that a thousand followers
/// cost the database one question for each chunk and not a thousand.
final class RecentEvents {
    private static final int MOST_BYTES = 1 << 20;
    private static final int EVENT_BYTES = 100;

    // guards the fields
    private final ReentrantLock lock = new ReentrantLock();
    // held while the end of the log is read, so that others wait for the same answer
    private final ReentrantLock reading = new ReentrantLock();
    private final Deque<List<RecordedEvent>> chunks = new ArrayDeque<>();
    private int bytes;
    // reads of the end that were begun; and the last one that found nothing, with its place
    private long readsBegun;
    private long emptyRead;
    private long emptyAfter;

    /// Takes events that were stored.
    void stored(List<RecordedEvent> events) {
        lock.lock();
        try {
            if (events.isEmpty() || (!chunks.isEmpty() && last() >= events.getLast().seq())) {
                return;
            }
            if (!chunks.isEmpty() && last() + 1 != events.getFirst().seq()) {
                chunks.clear();
                bytes = 0;
            }
            chunks.add(events);
            bytes += bytesOf(events);
            while (bytes > MOST_BYTES && chunks.size() > 1) {
                bytes -= bytesOf(chunks.removeFirst());
            }
        } finally {
            lock.unlock();
        }
    }

    /// The events after this one, from memory where it holds them.
    ///
    /// @param fromStore asks the database for the same
    List<RecordedEvent> read(long after, int atMost, Supplier<List<RecordedEvent>> fromStore) {
        if (isBehind(after)) {
            return fromStore.get();
        }
        Optional<List<RecordedEvent>> known = known(after, atMost);
        if (known.isPresent()) {
            return known.get();
        }
        long before = readsBegun();
        reading.lock();
        try {
            known = known(after, atMost);
            if (known.isPresent()) {
                return known.get();
            }
            if (foundNothingSince(before, after)) {
                return List.of();
            }
            long number = beginRead();
            List<RecordedEvent> read = List.copyOf(fromStore.get());
            stored(read);
            if (read.isEmpty()) {
                foundNothing(number, after);
            }
            return read;
        } finally {
            reading.unlock();
        }
    }

    private long readsBegun() {
        lock.lock();
        try {
            return readsBegun;
        } finally {
            lock.unlock();
        }
    }

    private long beginRead() {
        lock.lock();
        try {
            return ++readsBegun;
        } finally {
            lock.unlock();
        }
    }

    private void foundNothing(long read, long after) {
        lock.lock();
        try {
            emptyRead = read;
            emptyAfter = after;
        } finally {
            lock.unlock();
        }
    }

    /// Whether somebody asked for the same after this caller came, and there was nothing.
    private boolean foundNothingSince(long readsBefore, long after) {
        lock.lock();
        try {
            return emptyRead > readsBefore && emptyAfter == after;
        } finally {
            lock.unlock();
        }
    }

    private boolean isBehind(long after) {
        lock.lock();
        try {
            return !chunks.isEmpty() && after + 1 < chunks.getFirst().getFirst().seq();
        } finally {
            lock.unlock();
        }
    }

    private Optional<List<RecordedEvent>> known(long after, int atMost) {
        lock.lock();
        try {
            if (chunks.isEmpty()
                    || last() <= after
                    || chunks.getFirst().getFirst().seq() > after + 1) {
                return Optional.empty();
            }
            List<RecordedEvent> events = new ArrayList<>();
            for (List<RecordedEvent> chunk : chunks) {
                long first = chunk.getFirst().seq();
                if (events.size() >= atMost) {
                    break;
                }
                if (chunk.getLast().seq() > after) {
                    int from = (int) Math.max(0, after + 1 - first);
                    events.addAll(chunk.subList(from, chunk.size()));
                }
            }
            return Optional.of(events);
        } finally {
            lock.unlock();
        }
    }

    private long last() {
        return chunks.getLast().getLast().seq();
    }

    private static int bytesOf(List<RecordedEvent> events) {
        int sum = 0;
        for (RecordedEvent event : events) {
            sum += EVENT_BYTES;
            if (event.event() instanceof OutputWritten output) {
                sum += output.line().text().length();
            }
        }
        return sum;
    }
}
