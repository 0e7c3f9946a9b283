package dev.runnel.executor;

import dev.runnel.pipeline.Image;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

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

    /// Without the values of the environment, which may be secrets.
    @Override
    public String toString() {
        return "StepSpec[key=%s, image=%s, environment=%s]"
                .formatted(key, image, new TreeSet<>(environment.keySet()));
    }

    /// What a step may use at the most.
    ///
    /// @param memoryBytes memory without swap
    /// @param cpus processors, fractions allowed
    /// @param processes processes and threads
    public record Limits(long memoryBytes, double cpus, int processes) {}
}
