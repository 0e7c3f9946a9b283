package dev.runnel.attempt;

import dev.runnel.executor.StepKey;
import dev.runnel.executor.StepSpec;
import dev.runnel.executor.StepSpec.Limits;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Setting.Resources;
import dev.runnel.pipeline.Step;
import dev.runnel.run.Run;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Says what an executor is given for an attempt of a step.
///
/// @param workspace absolute path of the run's checkout
/// @param limits what a step of this installation may use at the most
public record StepSpecs(Path workspace, Limits limits) {

    /// What an executor is given.
    ///
    /// @param attempt from 1
    /// @param given values that other steps gave
    /// @param workspaceSeen where the step finds the workspace
    /// @param mounts further folders that the step sees
    public StepSpec of(
            Run run,
            Pipeline pipeline,
            Step step,
            int attempt,
            Map<String, String> given,
            String workspaceSeen,
            Map<String, Path> mounts) {
        return new StepSpec(
                new StepKey(run.id(), step.number(), attempt),
                step.image(),
                step.script(),
                StepEnvironment.of(run, pipeline, step, attempt, given, workspaceSeen),
                workspace,
                pipeline.workspace(),
                limits,
                step.setting(),
                step.sidecars(),
                mounts);
    }

    /// What a step asks for and does not get, in one sentence for people; empty when it gets all.
    public Optional<String> cut(Step step) {
        Resources asked = step.setting().resources();
        List<String> cuts = new ArrayList<>();
        if (asked.memoryBytes().orElse(0) > limits.memoryBytes()) {
            cuts.add(limits.memoryBytes() + " bytes of memory");
        }
        if (asked.cpus().orElse(0) > limits.cpus()) {
            cuts.add(limits.cpus() + " processors");
        }
        if (asked.processes().orElse(0) > limits.processes()) {
            cuts.add(limits.processes() + " processes");
        }
        step.sidecars().stream()
                .filter(sidecar -> sidecar.memoryBytes().orElse(0) > limits.memoryBytes())
                .map(sidecar ->
                        limits.memoryBytes() + " bytes of memory for service " + sidecar.name())
                .forEach(cuts::add);
        return cuts.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "the step asks for more than it may have here; it gets "
                                + String.join(", ", cuts));
    }
}
