package dev.runnel.eventlog;

import dev.runnel.eventlog.EventLog.Chunk;
import dev.runnel.eventlog.EventLog.StepAttempt;
import dev.runnel.eventlog.EventLog.StepPosition;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Events of one run that will be stored together. Not safe for threads.
final class Gathering {
    private final List<RecordedEvent> events = new ArrayList<>();
    private int bytes;
    private boolean urgent;
    private boolean output;

    void add(RecordedEvent event, int size, boolean isUrgent) {
        events.add(event);
        bytes += size;
        urgent |= isUrgent;
        output |= !isUrgent;
    }

    boolean isEmpty() {
        return events.isEmpty();
    }

    int bytes() {
        return bytes;
    }

    /// Whether somebody waits for more than output.
    boolean isUrgent() {
        return urgent;
    }

    /// Whether there is output among it.
    boolean hasOutput() {
        return output;
    }

    Chunk chunk(long fence, Run after, Map<StepAttempt, StepPosition> positions) {
        return new Chunk(fence, events, after, positions);
    }
}
