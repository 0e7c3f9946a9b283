package dev.runnel.eventlog.postgres;

import dev.runnel.run.RecordedEvent;
import java.util.List;
import java.util.Set;

/// The column `event_chunk.steps`: which steps a chunk holds events of, a bit for each, and bit 0
/// for what belongs to the run as a whole. Steps from 64 on share the bits of others, so a bit says
/// that there may be something; one that is not set says that there is nothing.
final class StepBits {
    private static final int WHOLE_RUN = 0;

    private StepBits() {}

    static long of(List<RecordedEvent> events) {
        long bits = 0;
        for (RecordedEvent recorded : events) {
            bits |= bit(recorded.event().step());
        }
        return bits;
    }

    /// The bits of these steps, and that of the run as a whole.
    static long wanted(Set<Integer> steps) {
        long bits = bit(WHOLE_RUN);
        for (int step : steps) {
            bits |= bit(step);
        }
        return bits;
    }

    private static long bit(int step) {
        return 1L << (step % Long.SIZE);
    }
}
