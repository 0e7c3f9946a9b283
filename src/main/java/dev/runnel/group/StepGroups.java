package dev.runnel.group;

import dev.runnel.run.RunId;
import java.util.Optional;
import java.util.function.Consumer;

/// Locks that keep the steps of one concurrency group from running at the same time, over all runs
/// and all instances.
///
/// A lock, and a place in the line for it, is the run's, whoever drives the run: one that loses its
/// driver keeps it for the next one, since its container may still run. It ends when it is given
/// back, or with the run. Those in line get it in the order in which they came, but for those whose
/// run has no driver at that moment: they are passed over, and keep their place. What is asked
/// under a lease that is not held any more changes nothing.
///
/// Methods block; call them on virtual threads. Safe for any number of threads and instances. All
/// throw `StoreUnavailable` when the database does not answer in time; trying again may help.
public interface StepGroups {

    /// Takes the lock of a group, or stands in line for it. Idempotent: one that stands there, or
    /// holds it, goes on doing so.
    ///
    /// @param group 1 to 1,000 characters; equal texts are the same group
    Standing stand(Holder holder, String group);

    /// Gives back the lock, or the place in the line. Idempotent.
    void leave(Holder holder);

    /// Calls the listener with the run that has been given a lock for which it stood in line, here
    /// or in another instance; on any thread, possibly without need. A call may get lost, so
    /// whoever waits asks again now and then.
    AutoCloseable onPassed(Consumer<RunId> listener);

    /// Who holds a lock, or stands in line.
    ///
    /// @param fence of the lease under which the run is driven
    /// @param first number of the step, the first one of several that hold it together; 0 for the
    ///   run as a whole. One of these is in one group only
    record Holder(RunId run, long fence, int first) {}

    /// Where a holder stands.
    ///
    /// @param held whether it has the lock
    /// @param by the run that has it; empty when none has, which is so for a moment only
    record Standing(boolean held, Optional<RunId> by) {}
}
