package dev.runnel.run;

import java.time.Instant;

/// What a step that is not under way waits for, before it starts or is tried again.
public sealed interface StepWait {
    /// Somebody has to approve of it.
    record ForApproval() implements StepWait {}

    /// Its last attempt failed; the next one begins then.
    record ForRetry(Instant until) implements StepWait {}
}
