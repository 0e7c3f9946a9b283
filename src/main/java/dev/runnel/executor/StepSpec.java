package dev.runnel.executor;

import dev.runnel.pipeline.Image;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Everything that an engine needs to know of an attempt.
///
/// @param script commands in order, at least one
/// @param environment variables of every command; values may hold any character but NUL
/// @param workspace absolute path of the checkout on this machine; read and written by the step
/// @param workspacePath absolute path at which the step sees it; also its working directory
/// @param limits what it may use
public record StepSpec(
        StepKey key,
        Image image,
        List<String> script,
        Map<String, String> environment,
        Path workspace,
        String workspacePath,
        Limits limits) {
    public StepSpec {
        script = List.copyOf(script);
        environment = Map.copyOf(environment);
    }

    /// What a step may use at the most.
    ///
    /// @param memoryBytes memory without swap
    /// @param cpus processors, fractions allowed
    /// @param processes processes and threads
    public record Limits(long memoryBytes, double cpus, int processes) {}
}
