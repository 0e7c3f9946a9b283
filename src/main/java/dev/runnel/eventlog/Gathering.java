package dev.runnel.eventlog;

import dev.runnel.eventlog.EventLog.Chunk;
import dev.runnel.eventlog.EventLog.StepAttempt;
import dev.runnel.eventlog.EventLog.StepPosition;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.OutputWritten;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Events of one run that will be stored together. Not safe for threads.
final class Gathering {
    private final List<RecordedEvent> events = new ArrayList<>();
    private int bytes;
    private boolean hasOutput;
    private boolean hasMore;
    private long dueAt;

    /// Takes one more event.
    ///
    /// @param due when it is to be stored, with what else there is by then; `System.nanoTime`
    /// @param takesAlong whether output that waits for less may wait for this
    /// @return whether what is here is to be stored earlier than it was
    boolean add(RecordedEvent event, int size, long due, boolean takesAlong) {
        boolean earlier = events.isEmpty() || due - dueAt < 0;
        if (earlier || (takesAlong && !hasMore)) {
            dueAt = due;
        }
        events.add(event);
        bytes += size;
        boolean output = event.event() instanceof OutputWritten;
        hasOutput |= output;
        hasMore |= !output;
        return earlier;
    }

    boolean isEmpty() {
        return events.isEmpty();
    }

    int bytes() {
        return bytes;
    }

    /// When this is to be stored; `System.nanoTime`.
    long dueAt() {
        return dueAt;
    }

    /// Whether there is output among it.
    boolean hasOutput() {
        return hasOutput;
    }

    Chunk chunk(long fence, Run after, Map<StepAttempt, StepPosition> positions) {
        return new Chunk(fence, events, after, positions);
    }
}
