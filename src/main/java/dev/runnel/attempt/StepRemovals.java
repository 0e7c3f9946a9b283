package dev.runnel.attempt;

import dev.runnel.eventlog.RunJournal;
import dev.runnel.executor.RunningStep;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Removes what one run no longer needs, its steps that are over above all, beside what the run
/// does next.
public final class StepRemovals {
    private static final System.Logger LOG = System.getLogger(StepRemovals.class.getName());

    private final List<Thread> removals = new CopyOnWriteArrayList<>();

    /// Removes a step as soon as its end is stored: until then a crash must find its exit code.
    public void remove(RunningStep step, RunJournal journal) {
        start(() -> removeNow(step, journal));
    }

    /// Does something else that the run need not wait for.
    public void start(Runnable removal) {
        removals.add(Thread.ofVirtual().name("remove").start(() -> quietly(removal)));
    }

    private static void quietly(Runnable removal) {
        try {
            removal.run();
        } catch (RuntimeException e) {
            // the janitor finds what is left
            LOG.log(System.Logger.Level.WARNING, "something could not be removed now", e);
        }
    }

    private static void removeNow(RunningStep step, RunJournal journal) {
        try {
            journal.flush();
            step.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Waits until everything is removed.
    public void await() throws InterruptedException {
        for (Thread removal : removals) {
            removal.join();
        }
    }
}
