package dev.runnel.logtext;

import dev.runnel.eventlog.EventLog;
import dev.runnel.run.OutputLine.End;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunId;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/// Finds the last lines of a log from its end, so that it takes no longer however much is before
/// them.
public final class LogTail {
    private static final int PIECE = 1000;

    private LogTail() {}

    /// Where to begin to read, to get the last lines.
    ///
    /// @param end how many events the log has
    /// @param steps numbers of the steps whose output counts; empty for all
    /// @param wanted which output counts
    /// @param lines how many lines, at least one; text without a line end is one too
    /// @return the event after which they begin
    /// @throws dev.runnel.eventlog.LogUnavailable when the database does not answer in time
    public static long begin(
            EventLog log,
            RunId run,
            long end,
            Set<Integer> steps,
            Predicate<OutputWritten> wanted,
            long lines) {
        long before = end + 1;
        long found = 0;
        boolean last = true;
        while (before > 1) {
            List<RecordedEvent> events = log.readBefore(run, before, PIECE);
            if (events.isEmpty()) {
                return before - 1;
            }
            boolean any = false;
            for (RecordedEvent recorded : events.reversed()) {
                if (recorded.event() instanceof OutputWritten output && wanted.test(output)) {
                    any = true;
                    // the end of the very last line separates nothing
                    if (!last && output.line().end() == End.NEWLINE) {
                        found++;
                    }
                    last = false;
                    if (found == lines) {
                        return recorded.seq();
                    }
                }
            }
            before = events.getFirst().seq();
            if (!any && !steps.isEmpty()) {
                before = log.passOverBefore(run, before, steps);
            }
        }
        return 0;
    }
}
