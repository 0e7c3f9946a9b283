package dev.runnel.run;

import java.util.EnumSet;
import java.util.Set;

/// Where a step, or one command of it, is in its life. Moves that are not legal throw.
public enum StepState {
    /// Not started yet.
    PENDING,
    /// Started.
    IN_PROGRESS,
    /// Ended well.
    SUCCESSFUL,
    /// Ended badly, or its outcome was lost.
    FAILED,
    /// Stopped on request, or not started because the run ended before.
    ABORTED,
    /// Not started because the pipeline said so.
    SKIPPED;

    /// Whether the step is over. A failed step may still be tried again as a new attempt.
    public boolean isFinal() {
        return switch (this) {
            case PENDING, IN_PROGRESS -> false;
            case SUCCESSFUL, FAILED, ABORTED, SKIPPED -> true;
        };
    }

    /// This move's target.
    ///
    /// @throws IllegalStateException when the move is not legal
    public StepState moveTo(StepState target) {
        if (!next().contains(target)) {
            throw new IllegalStateException("a step cannot go from " + this + " to " + target);
        }
        return target;
    }

    private Set<StepState> next() {
        return switch (this) {
            case PENDING -> EnumSet.of(IN_PROGRESS, FAILED, ABORTED, SKIPPED);
            case IN_PROGRESS -> EnumSet.of(SUCCESSFUL, FAILED, ABORTED);
            // a new attempt of the same step, or none any more
            case FAILED -> EnumSet.of(IN_PROGRESS, ABORTED);
            case SUCCESSFUL, ABORTED, SKIPPED -> EnumSet.noneOf(StepState.class);
        };
    }
}
