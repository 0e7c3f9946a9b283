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
    private boolean output;
    private long dueAt;

    /// Takes one more event.
    ///
    /// @param due when it is to be stored, with what else there is by then; `System.nanoTime`
    /// @return whether that is earlier than what was here before is to be stored
    boolean add(RecordedEvent event, int size, long due) {
        boolean earlier = events.isEmpty() || due - dueAt < 0;
        events.add(event);
        bytes += size;
        output |= event.event() instanceof OutputWritten;
        dueAt = earlier ? due : dueAt;
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
        return output;
    }

    Chunk chunk(long fence, Run after, Map<StepAttempt, StepPosition> positions) {
        return new Chunk(fence, events, after, positions);
    }
}
