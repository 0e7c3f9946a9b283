package dev.runnel.eventlog;

import dev.runnel.run.RunId;

/// The writer's lease is no longer the run's; it must stop at once.
public final class FencedOff extends Exception {
    private static final long serialVersionUID = 1L;

    /// @param fence the token that was refused
    public FencedOff(RunId run, long fence) {
        super("lease " + fence + " of run " + run + " has passed to another holder");
    }
}
