package dev.runnel.executor;

import dev.runnel.pipeline.Image;
import dev.runnel.pipeline.Setting;
import dev.runnel.pipeline.Setting.Resources;
import dev.runnel.pipeline.Sidecar;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Everything that an engine needs to know of an attempt.
///
/// @param script commands in order, at least one
/// @param environment variables of every command; values may hold any character but NUL
/// @param workspace absolute path of the checkout on this machine; read and written by the step
/// @param workspacePath absolute path at which the step sees it; also its working directory, unless
///   `setting` names another one
/// @param limits what a step may use here at the most
/// @param setting the place that the pipeline asks for. Its `environment` is in `environment`
///   already, and `isolated` has been seen to
/// @param sidecars containers that run beside it
/// @param mounts further folders that the step sees: absolute paths there, folders of this machine
public record StepSpec(
        StepKey key,
        Image image,
        List<String> script,
        Map<String, String> environment,
        Path workspace,
        String workspacePath,
        Limits limits,
        Setting setting,
        List<Sidecar> sidecars,
        Map<String, Path> mounts) {
    /// The shell of a step that names none.
    public static final String SHELL = "/bin/sh";

    public StepSpec {
        script = List.copyOf(script);
        environment = Map.copyOf(environment);
        sidecars = List.copyOf(sidecars);
        mounts = Map.copyOf(mounts);
    }

    /// An attempt with nothing special.
    public StepSpec(
            StepKey key,
            Image image,
            List<String> script,
            Map<String, String> environment,
            Path workspace,
            String workspacePath,
            Limits limits) {
        this(
                key,
                image,
                script,
                environment,
                workspace,
                workspacePath,
                limits,
                Setting.DEFAULT,
                List.of(),
                Map.of());
    }

    /// Absolute path of the shell that reads the commands.
    public String shell() {
        return setting.shell().orElse(SHELL);
    }

    /// What the step may use: what it asks for, and never more than the limits.
    public Limits allowed() {
        return limits.within(setting.resources());
    }

    /// The commands of the script and after them those of the after-script; command numbers are
    /// positions in this list, from 1.
    public List<String> commands() {
        return Stream.concat(script.stream(), setting.afterScript().stream()).toList();
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
    public record Limits(long memoryBytes, double cpus, int processes) {
        private Limits within(Resources asked) {
            return new Limits(
                    Math.min(memoryBytes, asked.memoryBytes().orElse(memoryBytes)),
                    Math.min(cpus, asked.cpus().orElse(cpus)),
                    Math.min(processes, asked.processes().orElse(processes)));
        }
    }
}
