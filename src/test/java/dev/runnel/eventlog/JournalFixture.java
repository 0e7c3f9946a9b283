package dev.runnel.eventlog;

import dev.runnel.eventlog.EventLog.StepAttempt;
import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.CommandStarted;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunEvent.PipelineRead;
import dev.runnel.run.RunEvent.RunStateChanged;
import dev.runnel.run.RunState;
import dev.runnel.run.StepState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;

/// A journal over a log in memory, on a clock that a test sets.
abstract class JournalFixture {

    static final StepAttempt BUILD = new StepAttempt(1, 1);
    // long enough that nothing in a test is stored because time passed
    static final JournalLimits PATIENT = times(Duration.ZERO, Duration.ZERO, Duration.ofHours(1));

    static final Instant START = Instant.parse("2026-01-02T03:04:05.123456789Z");

    final MemoryEventLog log = new MemoryEventLog();
    final Run run = DrivenRun.requested("u", START.minusSeconds(1));
    final AtomicReference<Instant> now = new AtomicReference<>(START);
    final Clock clock = ((InstantSource) now::get).withZone(ZoneOffset.UTC);
    long fence;

    /// Usual sizes.
    ///
    /// @param linger of what is output and of what is not
    static JournalLimits times(Duration linger, Duration endLinger, Duration interval) {
        return new JournalLimits(linger, linger, endLinger, interval, 64 << 10, 256 << 10, 4 << 20);
    }

    /// Chunks of 1000 and more; nothing lingers.
    static JournalLimits sizes(int longestChunkBytes, int unstoredBytes) {
        return new JournalLimits(
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ofMillis(50),
                1000,
                longestChunkBytes,
                unstoredBytes);
    }

    @BeforeEach
    void lease() {
        log.begin(run);
        fence = log.raiseFence(run.id());
    }

    RunJournal journal(JournalLimits limits) {
        return new RunJournal(log, run, fence, clock, limits, () -> {});
    }

    static void startBuild(RunJournal journal) throws InterruptedException {
        journal.write(RunStateChanged.to(RunState.PENDING));
        journal.write(RunStateChanged.to(RunState.IN_PROGRESS));
        journal.write(new PipelineRead("0".repeat(40), DrivenRun.pipeline()));
        journal.write(DrivenRun.step(1, "build", 1, StepState.IN_PROGRESS));
        journal.write(new CommandStarted(1, 1, "a"));
        journal.flush();
    }

    static OutputWritten line(int command, OutputChannel channel) {
        return new OutputWritten(1, command, channel, OutputLine.of("x"));
    }

    static void await(BooleanSupplier condition) {
        try {
            while (!condition.getAsBoolean()) {
                Thread.sleep(2);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("the condition did not become true", e);
        }
    }

    /// The value once it has not changed for a while.
    static int stable(AtomicInteger value) throws InterruptedException {
        int before = -1;
        while (before != value.get()) {
            before = value.get();
            Thread.sleep(100);
        }
        return before;
    }
}
