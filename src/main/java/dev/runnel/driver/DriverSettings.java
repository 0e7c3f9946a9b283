package dev.runnel.driver;

import dev.runnel.executor.StepSpec.Limits;
import dev.runnel.workspace.SnapshotSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/// How runs are driven.
///
/// @param instance name of this process, unique among those that share the database
/// @param workspaces absolute path of the folder that holds one checkout per run
/// @param snapshots what is kept of a workspace for a re-run
/// @param stepLimits what a step may use
/// @param stepTimeout how long a step may take
/// @param outputLimit how many bytes a step may print
/// @param runOutputLimit how many bytes all steps of a run may print together
/// @param stopGrace how long the processes of a stopped step have between TERM and KILL
/// @param finallyTime how long the steps of a cancelled run may go on that run whatever happened
/// @param executorPatience how long a run waits for an engine that does not answer; empty: it fails
///   at once
/// @param labels what this instance has, for pipelines that ask for it
public record DriverSettings(
        String instance,
        Path workspaces,
        SnapshotSettings snapshots,
        Limits stepLimits,
        Duration stepTimeout,
        long outputLimit,
        long runOutputLimit,
        Duration stopGrace,
        Duration finallyTime,
        Optional<Duration> executorPatience,
        Set<String> labels) {
    /// How long `finally` steps may go on when nothing is said.
    public static final Duration USUAL_FINALLY_TIME = Duration.ofMinutes(5);

    /// Without labels.
    public DriverSettings(
            String instance,
            Path workspaces,
            SnapshotSettings snapshots,
            Limits stepLimits,
            Duration stepTimeout,
            long outputLimit,
            long runOutputLimit,
            Duration stopGrace,
            Duration finallyTime,
            Optional<Duration> executorPatience) {
        this(
                instance,
                workspaces,
                snapshots,
                stepLimits,
                stepTimeout,
                outputLimit,
                runOutputLimit,
                stopGrace,
                finallyTime,
                executorPatience,
                Set.of());
    }

    /// With the usual time for `finally` steps, and no limit for a run's output.
    public DriverSettings(
            String instance,
            Path workspaces,
            SnapshotSettings snapshots,
            Limits stepLimits,
            Duration stepTimeout,
            long outputLimit,
            Duration stopGrace,
            Optional<Duration> executorPatience) {
        this(
                instance,
                workspaces,
                snapshots,
                stepLimits,
                stepTimeout,
                outputLimit,
                Long.MAX_VALUE,
                stopGrace,
                USUAL_FINALLY_TIME,
                executorPatience);
    }

    public DriverSettings {
        labels = Set.copyOf(labels);
        if (!workspaces.isAbsolute()) {
            throw new IllegalArgumentException("the workspaces folder is an absolute path");
        }
    }
}
