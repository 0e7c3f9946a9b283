package dev.runnel.attempt;

import dev.runnel.executor.RunningStep;
import dev.runnel.pipeline.Step;
import dev.runnel.run.Reason;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/// What others may order of a run that is being driven. Orders come from any thread; a stronger one
/// replaces a weaker one, and none is ever taken back.
public final class RunControl {
    /// Orders, weakest first.
    public enum Order {
        /// Go on.
        NONE,
        /// Stop the run and say that somebody asked for it. Its `finally` steps still run.
        CANCEL,
        /// Stop its `finally` steps as well.
        END,
        /// Leave the run as it is, for another driver.
        LEAVE;

        /// The weakest order at which a step stops.
        public static Order stopping(Step step) {
            return step.flow().always() ? END : CANCEL;
        }
    }

    private final Duration grace;
    private final AtomicLong printed = new AtomicLong();
    private final Map<RunningStep, Under> running = new HashMap<>();
    private final Map<Integer, StepOutcome> stopped = new HashMap<>();
    private final Set<Integer> approved = new HashSet<>();
    private final Map<Thread, Order> interruptible = new HashMap<>();
    private Order order = Order.NONE;
    private Reason cancelReason = Reason.CANCELLED;
    private Runnable listener = () -> {};

    /// A step under orders.
    ///
    /// @param always whether it goes on when the run is cancelled
    private record Under(int number, boolean always) {}

    /// @param grace how long the processes of a cancelled step have to end by themselves
    public RunControl(Duration grace) {
        this.grace = grace;
    }

    /// Counts bytes that the run printed.
    ///
    /// @return how many it has printed by now, with those of earlier drivers
    public long printed(long bytes) {
        return printed.addAndGet(bytes);
    }

    /// The strongest order so far.
    public synchronized Order order() {
        return order;
    }

    public synchronized boolean isOrdered() {
        return order != Order.NONE;
    }

    /// Whether the run is to stop, and not to be left for another driver.
    public synchronized boolean isStopping() {
        return order == Order.CANCEL || order == Order.END;
    }

    /// Whether a step is to stop, or not to start, because the whole run is. One that is to be left
    /// for another driver is not.
    public synchronized boolean stops(Step step) {
        return order != Order.LEAVE && order.compareTo(Order.stopping(step)) >= 0;
    }

    /// Why the run is to stop, when it is.
    public synchronized Reason cancelReason() {
        return cancelReason;
    }

    /// Has a listener called after each order from here on, and once now; quick, on any thread.
    public void onOrder(Runnable heard) {
        synchronized (this) {
            listener = heard;
        }
        heard.run();
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

    /// Stops the run and all its steps.
    public void end() {
        give(Order.END);
    }

    /// Leaves the run as it is: its containers go on, nothing more is written.
    public void leave() {
        give(Order.LEAVE);
    }

    /// Stops one step, or keeps it from starting, because somebody asked for it.
    public void cancel(int step) {
        stop(step, StepOutcome.stopped(Reason.CANCELLED));
    }

    /// Stops one step, or keeps it from starting; the first reason counts.
    public synchronized void stop(int step, StepOutcome why) {
        if (stopped.putIfAbsent(step, why) == null) {
            running.forEach((known, under) -> {
                if (under.number() == step) {
                    known.stop(grace);
                }
            });
            listener.run();
        }
    }

    /// How a step is to end that was told to stop.
    public synchronized Optional<StepOutcome> stopped(int step) {
        return Optional.ofNullable(stopped.get(step));
    }

    /// The steps that were told to stop.
    public synchronized Set<Integer> stoppedSteps() {
        return Set.copyOf(stopped.keySet());
    }

    /// Somebody approved of a step.
    public synchronized void approve(int step) {
        if (approved.add(step)) {
            listener.run();
        }
    }

    public synchronized boolean isApproved(int step) {
        return approved.contains(step);
    }

    private synchronized void give(Order given) {
        if (given.compareTo(order) <= 0) {
            return;
        }
        order = given;
        running.forEach(this::apply);
        interruptible.forEach((thread, from) -> {
            if (order.compareTo(from) >= 0) {
                thread.interrupt();
            }
        });
        listener.run();
    }

    /// Puts a step under orders, those already given included.
    ///
    /// @param number its number in the run
    /// @param always whether it goes on when the run is cancelled
    synchronized void enter(RunningStep step, int number, boolean always) {
        Under under = new Under(number, always);
        running.put(step, under);
        apply(step, under);
        if (stopped.containsKey(number)) {
            step.stop(grace);
        }
    }

    synchronized void exit(RunningStep step) {
        running.remove(step);
    }

    private void apply(RunningStep step, Under under) {
        switch (order) {
            case NONE -> {}
            case CANCEL -> {
                if (!under.always()) {
                    step.stop(grace);
                }
            }
            case END -> step.stop(grace);
            case LEAVE -> step.detach();
        }
    }

    /// Does work that any order interrupts.
    ///
    /// @throws InterruptedException when an order came before or during the work
    public <T> T interruptibly(Work<T> work) throws InterruptedException {
        return interruptibly(Order.CANCEL, work);
    }

    /// Does work that an order interrupts if it is at least this one.
    ///
    /// @throws InterruptedException when such an order came before or during the work
    public <T> T interruptibly(Order from, Work<T> work) throws InterruptedException {
        Thread self = Thread.currentThread();
        synchronized (this) {
            if (order.compareTo(from) >= 0) {
                throw new InterruptedException("ordered to " + order);
            }
            interruptible.put(self, from);
        }
        try {
            return work.run();
        } finally {
            synchronized (this) {
                interruptible.remove(self);
                // an order that came at the very end must not hit what follows
                Thread.interrupted();
            }
        }
    }

    /// Interruptible work.
    @FunctionalInterface
    public interface Work<T> {
        /// Does it.
        T run() throws InterruptedException;
    }
}
