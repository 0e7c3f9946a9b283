package dev.runnel.eventlog;

import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// One ordered log per run, in chunks.
///
/// Only the holder of the run's lease appends. What was appended never changes and is readable
/// before `append` returns; nothing is readable before it is stored. Methods block; call them on
/// virtual threads. Safe for any number of threads.
public interface EventLog {

    /// Stores the next events of a run together with the state they lead to, all or nothing.
    ///
    /// Waits and tries again, without end, while the database does not answer: a caller that cannot
    /// store must not go on. Storing the same chunk twice (because the answer to the first try was
    /// lost) stores it once.
    ///
    /// @throws FencedOff when the lease has passed to another holder, or the run has moved on
    ///   without this one; the caller must stop driving the run and leave its containers alone
    void append(Chunk chunk) throws FencedOff, InterruptedException;

    /// Whether the lease with this token is still the run's newest one. The answer is true of the
    /// moment in which the database gave it.
    ///
    /// @throws LogUnavailable when the database does not answer in time
    boolean isNewest(RunId run, long fence);

    /// Reads stored events in order.
    ///
    /// @param after sequence number after which to begin, 0 for the start
    /// @param atMost an upper bound of events, roughly: a stored chunk is not cut
    /// @return events with ascending numbers without holes, beginning with `after + 1`; perhaps
    ///   fewer than there are, but empty only when there are none yet
    /// @throws LogUnavailable when the database does not answer in time
    List<RecordedEvent> read(RunId run, long after, int atMost);

    /// Reads stored events in order that end right before one.
    ///
    /// @param before sequence number of the event before which to end; all before it are stored
    /// @param atMost an upper bound of events, roughly: a stored chunk is not cut
    /// @return events with ascending numbers without holes, the last being `before - 1`; empty only
    ///   when there are none
    /// @throws LogUnavailable when the database does not answer in time
    List<RecordedEvent> readBefore(RunId run, long before, int atMost);

    /// Passes over events that belong to other steps, without reading them. What belongs to the run
    /// as a whole is not passed over.
    ///
    /// @param after sequence number after which to begin; all up to it are stored
    /// @param steps numbers of the wanted steps, from 1
    /// @return a number from `after` up to that of the last stored event: between the two, and with
    ///   the second, there is nothing of these steps
    /// @throws LogUnavailable when the database does not answer in time
    long passOver(RunId run, long after, Set<Integer> steps);

    /// Passes over events of other steps, towards the beginning.
    ///
    /// @param before sequence number of the event before which to begin; all before it are stored
    /// @param steps numbers of the wanted steps, from 1
    /// @return a number from 1 to `before`: from it on, and before the other, there is nothing of
    ///   these steps
    /// @throws LogUnavailable when the database does not answer in time
    long passOverBefore(RunId run, long before, Set<Integer> steps);

    /// How many bytes the output of the first events has as text: all lines of all steps in UTF-8,
    /// each with one byte for its line end.
    ///
    /// @return how many for all that is stored; empty when an older version stored a part of it
    /// @throws LogUnavailable when the database does not answer in time
    Optional<TextEnd> textEnd(RunId run);

    /// Finds a place of that text without reading what is before it.
    ///
    /// @param offset of a byte of the text that is stored
    /// @return the last place at or before it at which reading may begin
    /// @throws LogUnavailable when the database does not answer in time
    TextEnd textBefore(RunId run, long offset);

    /// A place between two events, in the log and in its text.
    ///
    /// @param seq sequence number of the event before it
    /// @param bytes of text up to it
    record TextEnd(long seq, long bytes) {
        /// Before everything.
        public static final TextEnd START = new TextEnd(0, 0);
    }

    /// Where the output of the steps in progress was when the last chunk was stored; an attempt
    /// that is missing has not printed.
    ///
    /// @throws LogUnavailable when the database does not answer in time
    Map<StepAttempt, StepPosition> positions(RunId run);

    /// Starts to watch a run's log, so that nothing appended from here on is missed. Thousands of
    /// watches are cheap, and reading what thousands watch is too.
    Watch watch(RunId run);

    /// Calls the listener after every append of any run, of this and of other instances; quick, on
    /// any thread, possibly more often than needed. A lost notification is made up for within
    /// seconds.
    AutoCloseable onAppend(AppendListener listener);

    /// What one append stores.
    ///
    /// @param fence token of the lease under which it is written
    /// @param events consecutive, at least one
    /// @param after the run after the last of them
    /// @param positions of the steps that are in progress after the last of them
    record Chunk(
            long fence,
            List<RecordedEvent> events,
            Run after,
            Map<StepAttempt, StepPosition> positions) {
        public Chunk {
            events = List.copyOf(events);
            positions = Map.copyOf(positions);
        }
    }

    /// One attempt of a step.
    ///
    /// @param step from 1
    /// @param attempt from 1
    record StepAttempt(int step, int attempt) {}

    /// How much of a step's output is stored; bytes of each channel, counted raw from the start of
    /// the attempt, and the command of the last stored line.
    record StepPosition(long stdout, int stdoutCommand, long stderr, int stderrCommand) {
        /// Nothing yet.
        public static final StepPosition START = new StepPosition(0, 1, 0, 1);

        /// Where it is after one more line.
        ///
        /// @param position bytes of the line's channel up to and with it
        StepPosition after(OutputWritten output, long position) {
            return switch (output.channel()) {
                case STDOUT -> new StepPosition(position, output.command(), stderr, stderrCommand);
                case STDERR -> new StepPosition(stdout, stdoutCommand, position, output.command());
            };
        }
    }

    /// Waits for a log to grow.
    interface Watch extends AutoCloseable {
        /// Waits until the log holds an event after this one, or the time has passed. May return
        /// early.
        void await(long after, Duration atMost) throws InterruptedException;

        @Override
        void close();
    }

    /// Hears of appends.
    @FunctionalInterface
    interface AppendListener {
        /// A run's log grew.
        void appended(RunId run);

        /// The same, when this instance appended to it.
        ///
        /// @param after the run after that
        default void appended(Run after) {
            appended(after.id());
        }
    }
}
