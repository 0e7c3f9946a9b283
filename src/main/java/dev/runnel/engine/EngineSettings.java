package dev.runnel.engine;

import dev.runnel.driver.DriverSettings;
import java.time.Duration;

/// How an instance takes runs and gives them back.
///
/// @param maxRuns how many runs it drives at a time, at least 1; the rest waits in the store
/// @param maxSteps how many steps it runs at a time, at least 1; the rest waits in its run
/// @param lease how long a run stays with an instance that no longer gives a sign of life
/// @param shutdown what becomes of the runs in progress when the process is asked to end
/// @param shutdownGrace how long `DRAIN` waits before it hands over what is left
/// @param driver how each run is driven
public record EngineSettings(
        int maxRuns,
        int maxSteps,
        Duration lease,
        Shutdown shutdown,
        Duration shutdownGrace,
        DriverSettings driver) {
    public EngineSettings {
        if (maxRuns < 1) {
            throw new IllegalArgumentException("an instance drives at least one run at a time");
        }
    }

    /// What becomes of the runs in progress when the process is asked to end.
    public enum Shutdown {
        /// They may finish within the grace period; what is left is handed over.
        DRAIN,
        /// Their containers go on; another instance, or this one after a restart, takes them up.
        HAND_OVER,
        /// They are aborted.
        STOP
    }
}
