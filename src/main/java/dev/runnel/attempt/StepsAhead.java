package dev.runnel.attempt;

import dev.runnel.executor.Executor;
import dev.runnel.executor.StepKey;
import dev.runnel.executor.StepSpec;
import dev.runnel.executor.StepSpec.Limits;
import dev.runnel.pipeline.Image;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Setting;
import dev.runnel.pipeline.Step;
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import dev.runnel.workspace.Workspaces;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Has the executor make places ready for the steps that runs are about to start. Shared by the
/// runs of an instance.
///
/// @param ahead what makes them
/// @param workspaces the folder that holds the workspaces of runs
/// @param limits what a step of this installation may use at the most
/// @param first remembers how runs began
public record StepsAhead(Executor.Ahead ahead, Path workspaces, Limits limits, FirstSteps first) {

    /// The instance begins to run steps.
    public void begin() {
        RunId none = RunId.earliestAt(Instant.EPOCH);
        ahead.begin(
                new StepSpec(
                        new StepKey(none, 1, 1),
                        new Image("none"),
                        List.of(),
                        Map.of(),
                        workspaces.resolve(none.toString()),
                        Pipeline.USUAL_WORKSPACE,
                        limits));
    }

    /// How many places wait, and how many did.
    public Executor.Ahead.Waiting waiting() {
        return ahead.waiting();
    }

    /// A run begins to clone.
    public void expect(Run run) {
        StepKey key = new StepKey(run.id(), 1, 1);
        Path workspace = Workspaces.of(workspaces, run.id());
        first.of(run.request()).ifPresent(known -> ahead.expect(like(known, key, workspace)));
    }

    /// Puts what was cloned in place as the workspace of a run, in sight of a place that waits, if
    /// there is one for the step that comes first.
    ///
    /// @param over steps that are over already
    /// @param files what was cloned
    /// @return false when nothing was touched
    public boolean furnish(Run run, Pipeline pipeline, Set<Integer> over, Path files)
            throws InterruptedException {
        Optional<Step> step =
                pipeline.steps().stream()
                        .filter(one -> !over.contains(one.number()))
                        .filter(one -> over.containsAll(one.flow().needs()))
                        .filter(StepsAhead::startsForSure)
                        .findFirst();
        if (step.isEmpty()) {
            return false;
        }
        StepSpec spec = spec(run, pipeline, step.get());
        first.remember(run.request(), like(spec, spec.key(), spec.workspace()));
        return ahead.furnish(spec, files);
    }

    /// A step may start as soon as those that run have ended.
    public void prepare(Run run, Pipeline pipeline, Step step) {
        if (startsForSure(step)) {
            ahead.prepare(spec(run, pipeline, step));
        }
    }

    /// An attempt is about to be stored and then started.
    public void startsNow(RunId run, Step step, int attempt) {
        ahead.startsNow(new StepKey(run, step.number(), attempt));
    }

    /// Nothing of a run starts any more.
    public void forget(RunId run) {
        ahead.forget(run);
    }

    // as far as the step itself says, and in the workspace of the run
    private static boolean startsForSure(Step step) {
        return !step.isSeveral()
                && step.sidecars().isEmpty()
                && !step.flow().manual()
                && step.flow().condition().isEmpty()
                && !step.setting().isolated()
                && step.storage().caches().isEmpty();
    }

    private StepSpec spec(Run run, Pipeline pipeline, Step step) {
        Path workspace = Workspaces.of(workspaces, run.id());
        return new StepSpecs(workspace, limits)
                .of(run, pipeline, step, 1, Map.of(), pipeline.workspace(), Map.of());
    }

    private static StepSpec like(StepSpec spec, StepKey key, Path workspace) {
        Setting setting = spec.setting();
        return new StepSpec(
                key,
                spec.image(),
                List.of(),
                Map.of(),
                workspace,
                spec.workspacePath(),
                spec.limits(),
                new Setting(
                        Map.of(),
                        setting.workdir(),
                        setting.shell(),
                        setting.user(),
                        setting.network(),
                        setting.resources(),
                        List.of(),
                        setting.job(),
                        setting.folder()),
                List.of(),
                Map.of());
    }
}
