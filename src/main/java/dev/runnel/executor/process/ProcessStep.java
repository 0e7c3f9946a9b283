package dev.runnel.executor.process;

import dev.runnel.executor.ExecutorException;
import dev.runnel.executor.OutputDecoder;
import dev.runnel.executor.ResumePoint;
import dev.runnel.executor.RunningStep;
import dev.runnel.executor.StepExit;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/// An attempt as this instance of Runnel follows it: one thread carries its output to the listener
/// and sees its end, a second one stops it when somebody asks.
///
/// A slow listener slows the reading down, not the step: what it prints waits on disk.
final class ProcessStep implements RunningStep {
    private static final long SHORTEST_PAUSE_MILLIS = 1;
    private static final long LONGEST_PAUSE_MILLIS = 20;
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);
    // a keeper that was started just now has not said yet who it is
    private static final Duration KEEPER_PATIENCE = Duration.ofSeconds(1);

    private static final Duration STARTING = Duration.ofMillis(5);
    private static final Duration BETWEEN_KILLS = Duration.ofMillis(100);
    private static final Duration A_WHILE = Duration.ofHours(1);

    private final AttemptFolder folder;
    private final AttemptProcesses processes;
    private final OutputDecoder decoder;
    private final BooleanSupplier keeperStarts;
    private final CompletableFuture<StepExit> exit = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Semaphore changes = new Semaphore(0);
    private volatile boolean over;
    private volatile boolean stopped;
    private volatile long killAt;

    /// @param keeperStarts whether the keeper may still be about to say who it is
    ProcessStep(
            AttemptFolder folder,
            AttemptProcesses processes,
            OutputDecoder decoder,
            BooleanSupplier keeperStarts) {
        this.folder = folder;
        this.processes = processes;
        this.decoder = decoder;
        this.keeperStarts = keeperStarts;
    }

    /// Begins to tell the listener.
    ///
    /// @param job whether it runs a program that prints no markers
    void follow(ResumePoint from, boolean job) {
        Thread.ofVirtual()
                .name("process-" + folder.path().getFileName())
                .start(() -> followToEnd(from, job));
    }

    private void followToEnd(ResumePoint from, boolean job) {
        try (OutputTail tail = OutputTail.of(folder, from, decoder)) {
            if (job) {
                decoder.begin();
            }
            OptionalInt code = awaitCode(tail);
            if (over) {
                return;
            }
            processes.killStep();
            processes.awaitKeeper();
            processes.killAll();
            tail.tellAll(() -> over);
            if (!over) {
                // What was stopped did not end by itself
                decoder.end(stopped ? OptionalInt.empty() : code);
                exit.complete(exitOf(code));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail(e);
        } catch (IOException | RuntimeException e) {
            fail(e);
        } finally {
            finish();
        }
    }

    private OptionalInt awaitCode(OutputTail tail) throws IOException, InterruptedException {
        long pause = SHORTEST_PAUSE_MILLIS;
        long lookAt = System.nanoTime() + BETWEEN_LOOKS.toNanos();
        long keptAt = System.nanoTime();
        OptionalInt code = folder.code();
        while (code.isEmpty() && !over) {
            if (tail.tell()) {
                pause = SHORTEST_PAUSE_MILLIS;
            } else {
                Thread.sleep(pause);
                pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
            }
            long now = System.nanoTime();
            if (now >= lookAt) {
                if (processes.isKept() || keeperStarts.getAsBoolean()) {
                    keptAt = now;
                } else if (now - keptAt > KEEPER_PATIENCE.toNanos()) {
                    return folder.code();
                }
                lookAt = now + BETWEEN_LOOKS.toNanos();
            }
            code = folder.code();
        }
        return code;
    }

    private StepExit exitOf(OptionalInt code) {
        if (stopped) {
            return new StepExit.Stopped();
        }
        return code.isPresent()
                ? new StepExit.Exited(code.getAsInt())
                : new StepExit.Lost(
                        "the processes of the step were ended from outside, or this machine was"
                                + " started anew, and nobody saw its exit code; run it again if"
                                + " that is safe");
    }

    private void fail(Exception cause) {
        if (over) {
            // nobody wants to know what became of files that were removed meanwhile
            return;
        }
        exit.completeExceptionally(
                new ExecutorException(
                        "cannot follow the step in " + folder.path() + ": " + cause, cause));
    }

    private void finish() {
        lock.lock();
        try {
            over = true;
            changes.release();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public StepExit await() throws InterruptedException {
        try {
            return exit.get();
        } catch (ExecutionException e) {
            throw new ExecutorException(
                    String.valueOf(e.getCause() == null ? e : e.getCause().getMessage()), e);
        }
    }

    @Override
    public void stop(Duration grace) {
        long at = System.nanoTime() + grace.toNanos();
        lock.lock();
        try {
            if (over) {
                return;
            }
            if (!stopped) {
                stopped = true;
                killAt = at;
                Thread.startVirtualThread(this::endIt);
            } else if (at < killAt) {
                killAt = at;
                changes.release();
            }
        } finally {
            lock.unlock();
        }
    }

    private void endIt() {
        try {
            boolean asked = processes.terminateStep();
            while (hasTime(asked ? A_WHILE : STARTING)) {
                // a step that has only just been started could not be asked yet
                asked = asked || processes.terminateStep();
            }
            while (!over) {
                processes.killStep();
                // one that has only just been started could not be killed yet
                changes.tryAcquire(BETWEEN_KILLS.toNanos(), TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
    }

    /// Waits until something changed, at most this long.
    ///
    /// @return whether the step still runs and still has time
    private boolean hasTime(Duration most) throws InterruptedException {
        long left = killAt - System.nanoTime();
        if (!over && left > 0) {
            changes.tryAcquire(Math.min(left, most.toNanos()), TimeUnit.NANOSECONDS);
        }
        return !over && killAt - System.nanoTime() > 0;
    }

    @Override
    public void detach() {
        decoder.silence();
        exit.completeExceptionally(
                new ExecutorException("the step in " + folder.path() + " was let go of"));
        finish();
    }

    @Override
    public void close() {
        decoder.silence();
        finish();
        try {
            processes.killAll();
            folder.delete();
        } catch (IOException e) {
            throw new ExecutorException("cannot remove " + folder.path(), e);
        } finally {
            exit.complete(new StepExit.Stopped());
        }
    }
}
