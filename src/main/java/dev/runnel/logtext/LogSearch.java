package dev.runnel.logtext;

import dev.runnel.eventlog.EventLog;
import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine.End;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/// Looks for lines in a log, from its beginning, within a time. For one search and one thread.
///
/// Lines are put together from their pieces, for each step and stream alone. A line that is written
/// over (`\r`) is looked at each time; of a line of more than a million characters each million is
/// looked at alone.
public final class LogSearch {
    private static final int PIECE = 2000;
    private static final int LONGEST_LINE = 1 << 20;
    private static final int LONGEST_SHOWN = 2000;

    private final EventLog log;
    private final LinePattern pattern;
    private final Set<Integer> steps;
    private final Predicate<OutputWritten> wanted;
    private final int limit;
    private final long deadline;

    private final Map<Place, OpenLine> open = new HashMap<>();
    private final List<Match> matches = new ArrayList<>();
    private long line = 1;
    private boolean more;

    /// @param steps numbers of the steps whose output is looked at; empty for all
    /// @param wanted which output is looked at
    /// @param limit how many lines are given at the most
    public LogSearch(
            EventLog log,
            LinePattern pattern,
            Set<Integer> steps,
            Predicate<OutputWritten> wanted,
            int limit,
            Duration atMost) {
        this.log = log;
        this.pattern = pattern;
        this.steps = Set.copyOf(steps);
        this.wanted = wanted;
        this.limit = limit;
        this.deadline = System.nanoTime() + atMost.toNanos();
    }

    /// A line in which it was found.
    ///
    /// @param line its number in the text of what was looked at, from 1
    /// @param column where it begins, from 1
    /// @param seq number of the event with which the line begins
    /// @param text the line, or its beginning when it is long
    /// @param cut whether the text is only a beginning
    public record Match(
            long line,
            int column,
            long seq,
            Instant at,
            int step,
            int command,
            OutputChannel channel,
            String text,
            boolean cut) {}

    /// What was found.
    ///
    /// @param more whether there are more than were asked for
    public record Found(List<Match> matches, boolean more) {
        public Found {
            matches = List.copyOf(matches);
        }
    }

    /// The time was over before the log was.
    public static final class TookTooLong extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TookTooLong(long line) {
            super("line " + line, null, false, false);
        }
    }

    private record Place(int step, OutputChannel channel) {}

    private static final class OpenLine {
        private final StringBuilder text = new StringBuilder();
        private final long number;
        private final RecordedEvent first;
        private final OutputWritten output;

        OpenLine(long number, RecordedEvent first, OutputWritten output) {
            this.number = number;
            this.first = first;
            this.output = output;
        }
    }

    /// Looks through the events after one and up to another.
    ///
    /// @throws TookTooLong when the time is over
    /// @throws dev.runnel.eventlog.LogUnavailable when the database does not answer in time
    public Found search(RunId run, long begin, long until) {
        long after = begin;
        while (after < until && !more) {
            List<RecordedEvent> events = log.read(run, after, PIECE);
            if (events.isEmpty()) {
                break;
            }
            boolean any = false;
            for (RecordedEvent recorded : events) {
                if (!more
                        && recorded.seq() <= until
                        && recorded.event() instanceof OutputWritten output
                        && wanted.test(output)) {
                    any = true;
                    look(recorded, output);
                }
            }
            checkTime();
            after = events.getLast().seq();
            if (!any && !steps.isEmpty()) {
                after = log.passOver(run, after, steps);
            }
        }
        open.values().forEach(this::match);
        return new Found(matches, more);
    }

    private void look(RecordedEvent recorded, OutputWritten output) {
        Place place = new Place(output.step(), output.channel());
        OpenLine current = open.computeIfAbsent(place, _ -> new OpenLine(line, recorded, output));
        current.text.append(output.line().text());
        if (output.line().end() == End.NONE && current.text.length() < LONGEST_LINE) {
            return;
        }
        open.remove(place);
        match(current);
        if (output.line().end() == End.NEWLINE) {
            line++;
        }
    }

    private void match(OpenLine current) {
        checkTime();
        int found = pattern.in(new Hurried(current.text, 0, current.text.length()));
        if (found < 0) {
            return;
        }
        if (matches.size() == limit) {
            more = true;
            return;
        }
        boolean cut = current.text.length() > LONGEST_SHOWN;
        matches.add(
                new Match(
                        current.number,
                        found + 1,
                        current.first.seq(),
                        current.first.at(),
                        current.output.step(),
                        current.output.command(),
                        current.output.channel(),
                        cut ? current.text.substring(0, LONGEST_SHOWN) : current.text.toString(),
                        cut));
    }

    private void checkTime() {
        if (System.nanoTime() - deadline > 0) {
            throw new TookTooLong(line);
        }
    }

    /// A line that ends the search when the time is over while somebody reads it.
    private final class Hurried implements CharSequence {
        private static final int OFTEN = 63;

        private final CharSequence text;
        private final int from;
        private final int to;
        private int reads;

        Hurried(CharSequence text, int from, int to) {
            this.text = text;
            this.from = from;
            this.to = to;
        }

        @Override
        public int length() {
            return to - from;
        }

        @Override
        public char charAt(int index) {
            if ((++reads & OFTEN) == 0) {
                checkTime();
            }
            return text.charAt(from + index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Hurried(text, from + start, from + end);
        }

        @Override
        public String toString() {
            return text.subSequence(from, to).toString();
        }
    }
}
