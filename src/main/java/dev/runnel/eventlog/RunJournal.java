package dev.runnel.eventlog;

import dev.runnel.eventlog.EventLog.Chunk;
import dev.runnel.eventlog.EventLog.StepAttempt;
import dev.runnel.eventlog.EventLog.StepPosition;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunEvent.StepStateChanged;
import dev.runnel.run.StepRun;
import dev.runnel.run.StepState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Writes the log of one run while it is driven: gives each event its number and time, gathers
/// events into chunks, and stores them in the background, in order.
///
/// An event is stored almost at once when no output was stored for a while or when it is more than
/// output; else it waits a moment for others, see [JournalLimits]. Who writes faster than the log
/// stores has to wait. Safe for any number of threads; the events of one thread keep their order.
///
/// When the log refuses a chunk, the lease having passed to another holder, everything that is not
/// stored is dropped and every later `write`, `output` and `flush` throws [JournalClosed].
public final class RunJournal implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(RunJournal.class.getName());

    private static final Duration ASK_AGAIN = Duration.ofMillis(500);

    private final EventLog log;
    private final long fence;
    private final Clock clock;
    private final JournalLimits limits;
    private final Runnable onFenced;
    private final Thread storing;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition wrote = lock.newCondition();
    private final Condition stored = lock.newCondition();
    private final Queue<Chunk> full = new ArrayDeque<>();
    private final Map<StepAttempt, StepPosition> positions;
    private Gathering gathering = new Gathering();
    private volatile Run run;
    private Instant lastAt;
    private long lastStoredSeq;
    private long lastOutputNanos;
    private long flushSeq;
    private int unstoredBytes;
    private boolean closing;
    private @Nullable Throwable refusal;

    /// One with the usual limits.
    public RunJournal(EventLog log, Run run, long fence, Clock clock) {
        this(log, run, fence, clock, JournalLimits.DEFAULT, () -> {});
    }

    /// @param run as its stored events leave it
    /// @param fence token of the lease under which it is driven
    /// @param onFenced called once, on a thread of the journal, when the log refuses a chunk
    /// @throws LogUnavailable when the run has events already and they cannot be read now
    public RunJournal(
            EventLog log,
            Run run,
            long fence,
            Clock clock,
            JournalLimits limits,
            Runnable onFenced) {
        this.log = log;
        this.run = run;
        this.fence = fence;
        this.clock = clock;
        this.limits = limits;
        this.onFenced = onFenced;
        this.lastStoredSeq = run.events();
        this.positions = new HashMap<>(run.events() > 0 ? log.positions(run.id()) : Map.of());
        this.lastAt = lastTime(log, run);
        this.lastOutputNanos = System.nanoTime() - limits.interval().toNanos();
        this.storing = Thread.ofVirtual().name("journal-" + run.id()).start(this::store);
    }

    // the clock of the machine that drove the run before may have been ahead of this one's
    private static Instant lastTime(EventLog log, Run run) {
        List<RecordedEvent> last =
                run.events() > 0 ? log.read(run.id(), run.events() - 1, 1) : List.of();
        return last.isEmpty() ? run.createdAt() : last.getLast().at();
    }

    /// The run as it is after everything that was written, stored or not.
    public Run run() {
        return run;
    }

    /// How much of an attempt's output was written; empty when none was or the attempt is over.
    public Optional<StepPosition> position(StepAttempt attempt) {
        lock.lock();
        try {
            return Optional.ofNullable(positions.get(attempt));
        } finally {
            lock.unlock();
        }
    }

    /// The token of the lease under which this journal writes; it grows with each holder.
    public long fence() {
        return fence;
    }

    /// Asks the log whether the run is still driven here, however long it takes to answer. When it
    /// is not, nothing is written any more.
    public boolean holds() throws InterruptedException {
        while (isOpen()) {
            try {
                if (log.isNewest(run.id(), fence)) {
                    return true;
                }
                refuse(new FencedOff(run.id(), fence));
            } catch (LogUnavailable e) {
                Thread.sleep(ASK_AGAIN);
            }
        }
        return false;
    }

    private boolean isOpen() {
        lock.lock();
        try {
            return refusal == null && !closing;
        } finally {
            lock.unlock();
        }
    }

    /// Writes an event. Waits, without heed of interrupts, while too much is not stored yet.
    ///
    /// @return the event with its number and time
    /// @throws IllegalStateException when it is not legal for the run as it is; nothing was written
    public RecordedEvent write(RunEvent event) {
        lock.lock();
        try {
            awaitRoom();
            RecordedEvent recorded = record(event);
            sealWhenFull();
            return recorded;
        } finally {
            lock.unlock();
        }
    }

    /// Writes events so that they are stored together or not at all; else as `write` does.
    ///
    /// @throws IllegalStateException when one is not legal; those before it were written
    public void writeTogether(List<RunEvent> events) {
        lock.lock();
        try {
            awaitRoom();
            events.forEach(this::record);
            sealWhenFull();
        } finally {
            lock.unlock();
        }
    }

    /// Writes a line of output and how far that brings its channel. Waits as `write` does.
    ///
    /// @param position bytes of the channel up to and with this line, counted raw from the start of
    ///   the attempt
    /// @throws JournalClosed when nothing is stored any more
    public void output(StepAttempt attempt, OutputWritten output, long position) {
        lock.lock();
        try {
            awaitRoom();
            record(output);
            if (isInProgress(attempt)) {
                StepPosition before = positions.getOrDefault(attempt, StepPosition.START);
                positions.put(attempt, before.after(output, position));
            }
            sealWhenFull();
        } finally {
            lock.unlock();
        }
    }

    private boolean isInProgress(StepAttempt attempt) {
        List<StepRun> steps = run.steps();
        if (attempt.step() > steps.size()) {
            return false;
        }
        StepRun step = steps.get(attempt.step() - 1);
        return step.state() == StepState.IN_PROGRESS && step.attempt() == attempt.attempt();
    }

    private void awaitRoom() {
        checkOpen();
        while (unstoredBytes >= limits.unstoredBytes()) {
            stored.awaitUninterruptibly();
            checkOpen();
        }
    }

    private void checkOpen() {
        checkNotRefused();
        if (closing) {
            throw new JournalClosed("the journal of run " + run.id() + " was closed");
        }
    }

    private void checkNotRefused() {
        @Nullable Throwable refused = refusal;
        if (refused != null) {
            throw new JournalClosed("run " + run.id() + " is not written here any more", refused);
        }
    }

    private RecordedEvent record(RunEvent event) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Instant at = now.isBefore(lastAt) ? lastAt : now;
        RecordedEvent recorded = new RecordedEvent(run.events() + 1, at, event);
        run = run.after(recorded);
        if (event instanceof StepStateChanged changed && changed.state() != StepState.IN_PROGRESS) {
            positions.keySet().removeIf(attempt -> attempt.step() == changed.step());
        }
        lastAt = at;
        int size = Sizes.of(event);
        boolean wasFull = isFull();
        long due = limits.dueAt(event, lastOutputNanos);
        boolean earlier = gathering.add(recorded, size, due, JournalLimits.isEnd(event));
        unstoredBytes += size;
        if (earlier || (isFull() && !wasFull)) {
            wrote.signal();
        }
        return recorded;
    }

    /// Whether what is gathered must not wait for more.
    private boolean isFull() {
        return gathering.bytes() >= limits.chunkBytes()
                || !full.isEmpty()
                || flushSeq > lastStoredSeq
                || closing;
    }

    private void sealWhenFull() {
        if (gathering.bytes() >= limits.longestChunkBytes()) {
            full.add(seal());
            wrote.signal();
        }
    }

    private Chunk seal() {
        Chunk chunk = gathering.chunk(fence, run, positions);
        gathering = new Gathering();
        return chunk;
    }

    /// Waits until everything that was written so far is stored.
    ///
    /// @throws JournalClosed when it will not be
    public void flush() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long seq = run.events();
            flushSeq = Math.max(flushSeq, seq);
            wrote.signal();
            checkNotRefused();
            while (lastStoredSeq < seq) {
                stored.await();
                checkNotRefused();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Stores what was written and ends; safe to call twice. Waits as long as that takes, unless
    /// the thread is interrupted, which drops what is not stored. Silent when the journal was
    /// refused.
    @Override
    public void close() {
        lock.lock();
        try {
            closing = true;
            wrote.signal();
            // who waits for room will get none
            stored.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            storing.join();
        } catch (InterruptedException e) {
            storing.interrupt();
            Thread.currentThread().interrupt();
        }
    }

    private void store() {
        try {
            @Nullable Chunk chunk = next();
            while (chunk != null) {
                log.append(chunk);
                noteStored(chunk);
                chunk = next();
            }
        } catch (FencedOff e) {
            refuse(e);
            onFenced.run();
        } catch (InterruptedException e) {
            refuse(e);
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "the log refused events of run " + run.id(), e);
            refuse(e);
        }
    }

    /// Waits until there is something to store; null when the journal is closed.
    private @Nullable Chunk next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                long left = gathering.dueAt() - System.nanoTime();
                if (!full.isEmpty() || (!gathering.isEmpty() && (isFull() || left <= 0))) {
                    break;
                }
                if (!gathering.isEmpty()) {
                    wrote.awaitNanos(left);
                } else if (closing) {
                    return null;
                } else {
                    wrote.await();
                }
            }
            if (!full.isEmpty() || gathering.hasOutput()) {
                lastOutputNanos = System.nanoTime();
            }
            return full.isEmpty() ? seal() : full.remove();
        } finally {
            lock.unlock();
        }
    }

    private void noteStored(Chunk chunk) {
        lock.lock();
        try {
            for (RecordedEvent event : chunk.events()) {
                unstoredBytes -= Sizes.of(event.event());
            }
            lastStoredSeq = chunk.events().getLast().seq();
            stored.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void refuse(Throwable why) {
        lock.lock();
        try {
            refusal = why;
            full.clear();
            gathering = new Gathering();
            stored.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
