package dev.runnel.run;

import java.util.EnumSet;
import java.util.Set;

/// Where a run is in its life. Moves that are not legal throw.
public enum RunState {
    /// Accepted and stored; waits for an instance to drive it.
    PENDING,
    /// An instance drives it.
    IN_PROGRESS,
    /// Every step succeeded, was skipped, or was allowed to fail.
    SUCCESSFUL,
    /// A step failed, the run could not start, or its outcome was lost.
    FAILED,
    /// Somebody asked it to stop.
    ABORTED;

    /// Whether no move leads on from here.
    public boolean isFinal() {
        return next().isEmpty();
    }

    /// This move's target.
    ///
    /// @throws IllegalStateException when the move is not legal
    public RunState moveTo(RunState target) {
        if (!next().contains(target)) {
            throw new IllegalStateException("a run cannot go from " + this + " to " + target);
        }
        return target;
    }

    private Set<RunState> next() {
        return switch (this) {
            case PENDING -> EnumSet.of(IN_PROGRESS, FAILED, ABORTED);
            case IN_PROGRESS -> EnumSet.of(SUCCESSFUL, FAILED, ABORTED);
            case SUCCESSFUL, FAILED, ABORTED -> EnumSet.noneOf(RunState.class);
        };
    }
}
