package dev.runnel.eventlog;

import dev.runnel.run.RunEvent;
import dev.runnel.run.RunEvent.CommandFinished;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunEvent.StepStateChanged;
import java.time.Duration;

/// When a journal stores what it has gathered, and how much it holds in memory.
///
/// @param linger what is more than output waits this long for what follows on its heels, as a
///   command that has started does for its first line
/// @param outputLinger output by itself waits at least this long, for the end of its command
/// @param endLinger the end of a command or a step, and output just before it, waits this long for
///   what follows from it: the end of the step or the run, or the start of the next step
/// @param interval output waits at most this long for more output to be stored with it
/// @param chunkBytes as soon as this much waits it is stored at once; about UTF-16 units of text
/// @param longestChunkBytes no chunk grows beyond this much, give or take one event
/// @param unstoredBytes who writes while this much is not stored yet has to wait
public record JournalLimits(
        Duration linger,
        Duration outputLinger,
        Duration endLinger,
        Duration interval,
        int chunkBytes,
        int longestChunkBytes,
        int unstoredBytes) {
    /// 1 ms, 3 ms, 10 ms, 50 ms, 64 KiB, 256 KiB, 4 MiB.
    public static final JournalLimits DEFAULT =
            new JournalLimits(
                    Duration.ofMillis(1),
                    Duration.ofMillis(3),
                    Duration.ofMillis(10),
                    Duration.ofMillis(50),
                    64 << 10,
                    256 << 10,
                    4 << 20);

    /// When an event that is written now is to be stored.
    ///
    /// @param lastOutput when output was stored last; both `System.nanoTime`
    long dueAt(RunEvent event, long lastOutput) {
        long now = System.nanoTime();
        if (event instanceof OutputWritten) {
            return now + Math.max(lastOutput + interval.toNanos() - now, outputLinger.toNanos());
        }
        return now + (isEnd(event) ? endLinger : linger).toNanos();
    }

    /// Whether something else usually follows from this at once.
    static boolean isEnd(RunEvent event) {
        return event instanceof CommandFinished
                || (event instanceof StepStateChanged step && step.state().isFinal());
    }
}
