package dev.runnel.executor;

import java.time.Duration;

/// An attempt under way.
public interface RunningStep extends AutoCloseable {

    /// Waits for the end. Any number of threads may wait; all get the same answer.
    ///
    /// @throws ExecutorException when the engine stopped answering: the step may still run, and
    ///   `Executor.reattach` may find it
    StepExit await() throws InterruptedException;

    /// Asks every process of the step to end (TERM), kills what is left after the grace period, and
    /// returns without waiting. `await` then gives `Stopped`, unless the step had already ended.
    /// Stops a pull as well. Safe to call twice; a shorter grace period then counts.
    void stop(Duration grace);

    /// Lets go of the attempt without ending it: the listener hears nothing more, the engine keeps
    /// it running, `reattach` can take it up. `await` throws `ExecutorException` for who still
    /// waits.
    void detach();

    /// Ends the attempt if it still runs and removes every trace. Safe to call twice and after a
    /// failed start.
    @Override
    void close();
}
