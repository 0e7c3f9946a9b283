package dev.runnel.executor.docker;

import dev.runnel.executor.StepExit;
import dev.runnel.run.Reason;

/// The engine answered that an attempt cannot start.
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    Refusal(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    StepExit exit() {
        return new StepExit.Refused(reason, String.valueOf(getMessage()));
    }
}
