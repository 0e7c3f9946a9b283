package dev.runnel.executor;

import java.time.Duration;
import java.util.function.LongSupplier;

/// The wish that an attempt ends, and the thread that sees to it. Safe for any number of threads.
public final class StopOrder {
    private static final System.Logger LOG = System.getLogger(StopOrder.class.getName());
    private static final Duration BETWEEN_KILLS = Duration.ofSeconds(1);

    private final Means means;
    private final Duration patience;
    private boolean given;
    private boolean started;
    private boolean ended;
    private long deadline;

    /// How an attempt is ended.
    public interface Means {
        /// Gives up what happens before the start. May come at any time before it.
        void cancelStart();

        /// The time is up, and the engine has not come as far as to start anything; nothing is
        /// started any more.
        ///
        /// @return whether that is the end of it; not when an earlier process may have started it
        boolean neverStarted();

        /// Asks all processes to end.
        void terminate();

        /// Ends them.
        void kill();

        /// The engine does not do it.
        void giveUp(ExecutorException why);
    }

    /// @param patience how long killing is tried
    public StopOrder(Means means, Duration patience) {
        this.means = means;
        this.patience = patience;
    }

    /// Gives the order; a shorter grace period than before counts.
    public void give(Duration grace) {
        boolean first;
        synchronized (this) {
            long asked = System.nanoTime() + grace.toNanos();
            first = !given;
            deadline = first ? asked : deadline - asked > 0 ? asked : deadline;
            given = true;
            notifyAll();
        }
        if (first) {
            Thread.ofVirtual().name("stop").start(this::carryOut);
        }
    }

    /// Whether it was given.
    public synchronized boolean given() {
        return given;
    }

    /// Says that the shell is about to run.
    ///
    /// @return whether it may
    public synchronized boolean start() {
        if (given) {
            return false;
        }
        started = true;
        notifyAll();
        return true;
    }

    /// Says that the shell runs already.
    public synchronized void running() {
        started = true;
        notifyAll();
    }

    /// Says that the attempt has ended.
    public synchronized void ended() {
        ended = true;
        notifyAll();
    }

    private void carryOut() {
        try {
            if (!hasStarted()) {
                means.cancelStart();
            }
            if (!awaitStart(() -> deadline)) {
                if (means.neverStarted() || !awaitStart(() -> System.nanoTime() + 1_000_000_000)) {
                    return;
                }
            }
            Thread.ofVirtual().start(this::terminate);
            if (!awaitEnd(() -> deadline)) {
                kill();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean hasStarted() {
        return started;
    }

    /// Whether it has started and not ended before the time is up.
    private synchronized boolean awaitStart(LongSupplier until) throws InterruptedException {
        long left = until.getAsLong() - System.nanoTime();
        while (!started && !ended && left > 0) {
            wait(1 + left / 1_000_000);
            left = until.getAsLong() - System.nanoTime();
        }
        return started && !ended;
    }

    // The time may come nearer while this waits
    private synchronized boolean awaitEnd(LongSupplier until) throws InterruptedException {
        long left = until.getAsLong() - System.nanoTime();
        while (!ended && left > 0) {
            wait(1 + left / 1_000_000);
            left = until.getAsLong() - System.nanoTime();
        }
        return ended;
    }

    private boolean awaitUntil(long time) throws InterruptedException {
        return awaitEnd(() -> time);
    }

    private void terminate() {
        try {
            means.terminate();
        } catch (ExecutorException e) {
            LOG.log(System.Logger.Level.DEBUG, "could not ask a step to end", e);
        }
    }

    private void kill() throws InterruptedException {
        long giveUpAt = System.nanoTime() + patience.toNanos();
        do {
            try {
                means.kill();
                giveUpAt = System.nanoTime() + patience.toNanos();
            } catch (ExecutorException e) {
                if (System.nanoTime() > giveUpAt) {
                    means.giveUp(e);
                    return;
                }
            }
        } while (!awaitUntil(System.nanoTime() + BETWEEN_KILLS.toNanos()));
    }
}
