package dev.runnel.driver;

import dev.runnel.executor.RunningStep;
import dev.runnel.run.Reason;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What others may order of a run that is being driven. Orders come from any thread; a stronger one
/// replaces a weaker one, and none is ever taken back.
public final class RunControl {
    /// Orders, weakest first.
    public enum Order {
        /// Go on.
        NONE,
        /// Stop the run and say that somebody asked for it.
        CANCEL,
        /// Leave the run as it is, for another driver.
        LEAVE
    }

    private final Duration grace;
    private final Map<RunningStep, Integer> running = new HashMap<>();
    private final Set<Integer> cancelled = new HashSet<>();
    private Order order = Order.NONE;
    private Reason cancelReason = Reason.CANCELLED;
    private @Nullable Thread interruptible;

    /// @param grace how long the processes of a cancelled step have to end by themselves
    public RunControl(Duration grace) {
        this.grace = grace;
    }

    /// The strongest order so far.
    public synchronized Order order() {
        return order;
    }

    synchronized boolean isOrdered() {
        return order != Order.NONE;
    }

    /// Why the run is to stop, when it is.
    synchronized Reason cancelReason() {
        return cancelReason;
    }

    /// Stops the run because somebody asked for it.
    public void cancel() {
        cancel(Reason.CANCELLED);
    }

    /// Stops the run; the first reason counts.
    public synchronized void cancel(Reason why) {
        if (order == Order.NONE) {
            cancelReason = why;
        }
        give(Order.CANCEL);
    }

    /// Leaves the run as it is: its containers go on, nothing more is written.
    public void leave() {
        give(Order.LEAVE);
    }

    /// Stops one step, or keeps it from starting; the run goes on up to it.
    public synchronized void cancel(int step) {
        if (cancelled.add(step)) {
            running.forEach((known, number) -> {
                if (number == step) {
                    known.stop(grace);
                }
            });
        }
    }

    synchronized boolean isCancelled(int step) {
        return cancelled.contains(step);
    }

    private synchronized void give(Order given) {
        if (given.compareTo(order) <= 0) {
            return;
        }
        order = given;
        running.keySet().forEach(this::apply);
        if (interruptible != null) {
            interruptible.interrupt();
        }
    }

    /// Puts a step under orders, those already given included.
    ///
    /// @param number its number in the run
    synchronized void enter(RunningStep step, int number) {
        running.put(step, number);
        apply(step);
        if (cancelled.contains(number)) {
            step.stop(grace);
        }
    }

    synchronized void exit(RunningStep step) {
        running.remove(step);
    }

    private void apply(RunningStep step) {
        switch (order) {
            case NONE -> {}
            case CANCEL -> step.stop(grace);
            case LEAVE -> step.detach();
        }
    }

    /// Does work that an order interrupts.
    ///
    /// @throws InterruptedException when an order came before or during the work
    <T> T interruptibly(Work<T> work) throws InterruptedException {
        synchronized (this) {
            if (isOrdered()) {
                throw new InterruptedException("ordered to " + order);
            }
            interruptible = Thread.currentThread();
        }
        try {
            return work.run();
        } finally {
            synchronized (this) {
                interruptible = null;
                // an order that came at the very end must not hit what follows
                Thread.interrupted();
            }
        }
    }

    /// Interruptible work.
    @FunctionalInterface
    interface Work<T> {
        T run() throws InterruptedException;
    }
}
