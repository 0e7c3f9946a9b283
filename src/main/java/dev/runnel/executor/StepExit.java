package dev.runnel.executor;

import dev.runnel.run.Reason;

/// How an attempt ended.
public sealed interface StepExit {

    /// The shell ended by itself.
    ///
    /// @param code 0 to 255; 0 only when every command that ran succeeded. An author may end a step
    ///   early with `exit 0`, and then the commands after it were never started
    record Exited(int code) implements StepExit {}

    /// A process of the step was killed because the step used more memory than it may.
    record OutOfMemory() implements StepExit {}

    /// `stop` ended it.
    record Stopped() implements StepExit {}

    /// It never started, and will not when tried again unchanged.
    ///
    /// @param message for people: what is wrong and what to do
    record Refused(Reason reason, String message) implements StepExit {}

    /// Somebody or something else removed it; nobody saw its exit code.
    record Lost(String message) implements StepExit {}
}
