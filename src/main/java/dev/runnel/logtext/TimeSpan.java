package dev.runnel.logtext;

import dev.runnel.eventlog.EventLog;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.RunId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A part of a log by time. Times of a log never go back, so its places are found by halving, with
/// as many reads as its length has binary digits.
///
/// @param from the first time that belongs to it
/// @param to the first time after `from` that does not
public record TimeSpan(Optional<Instant> from, Optional<Instant> to) {
    /// All times.
    public static final TimeSpan ALL = new TimeSpan(Optional.empty(), Optional.empty());

    /// The event after which it begins.
    ///
    /// @param end how many events the log has
    /// @throws dev.runnel.eventlog.LogUnavailable when the database does not answer in time
    public long after(EventLog log, RunId run, long end) {
        return from.map(time -> eventsBefore(log, run, end, time)).orElse(0L);
    }

    /// The event with which it ends; the last one there is, when no time is.
    ///
    /// @param end how many events the log has
    /// @throws dev.runnel.eventlog.LogUnavailable when the database does not answer in time
    public long until(EventLog log, RunId run, long end) {
        return to.map(time -> eventsBefore(log, run, end, time)).orElse(end);
    }

    private static long eventsBefore(EventLog log, RunId run, long end, Instant time) {
        // everything up to `earlier` is before the time, nothing from `later` on is
        long earlier = 0;
        long later = end + 1;
        while (earlier + 1 < later) {
            long middle = earlier + (later - earlier) / 2;
            List<RecordedEvent> events = log.read(run, middle - 1, 1);
            if (events.isEmpty() || !events.getFirst().at().isBefore(time)) {
                later = middle;
            } else {
                for (RecordedEvent event : events) {
                    if (!event.at().isBefore(time)) {
                        return event.seq() - 1;
                    }
                    earlier = Math.min(event.seq(), end);
                }
            }
        }
        return earlier;
    }
}
