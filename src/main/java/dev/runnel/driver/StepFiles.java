package dev.runnel.driver;

import dev.runnel.artifact.Artifact;
import dev.runnel.artifact.ArtifactOwner.OfStep;
import dev.runnel.artifact.ArtifactStore;
import dev.runnel.artifact.ArtifactsUnavailable;
import dev.runnel.artifact.Storing;
import dev.runnel.attempt.StepOutcome;
import dev.runnel.exchange.OutputFile;
import dev.runnel.exchange.Suppliers;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Predecessors;
import dev.runnel.pipeline.Setting.Folder;
import dev.runnel.pipeline.Step;
import dev.runnel.run.Reason;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.Activity;
import dev.runnel.run.StepRun;
import dev.runnel.run.StepRun.Origin;
import dev.runnel.run.StepState;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Stores what the steps of one run leave behind, and gives it to the steps that need it.
///
/// Steps that share the workspace find each other's files there. A step that works on a copy of its
/// own hands on nothing but its artifacts: they are put into the workspace before the first step
/// that needs it, and into the copy of each isolated one. Safe for several threads.
final class StepFiles {
    private final ArtifactStore store;
    private final RunRecorder recorder;
    private final Pipeline pipeline;
    // those whose files are in no other's folder
    private final Predecessors handing;
    // those that have artifacts, for steps that find nothing else
    private final Predecessors storing;
    // steps whose artifacts are in the workspace that the others share
    private final Set<Integer> shared = new HashSet<>();

    StepFiles(ArtifactStore store, RunRecorder recorder, Pipeline pipeline) {
        this.store = store;
        this.recorder = recorder;
        this.pipeline = pipeline;
        this.handing =
                new Predecessors(
                        pipeline,
                        step -> step.setting().isolated() && !step.storage().artifacts().isEmpty());
        boolean anyEmpty =
                pipeline.steps().stream().anyMatch(step -> step.setting().folder() == Folder.EMPTY);
        this.storing =
                new Predecessors(
                        pipeline, step -> anyEmpty && !step.storage().artifacts().isEmpty());
        Run run = recorder.run();
        for (StepRun known : run.steps()) {
            Step step = pipeline.step(whole(known));
            // put there by an earlier driver, before the commands of a step
            if (!step.setting().isolated() && step.storage().download() && hasBegun(known)) {
                shared.addAll(handing.of(step.number()));
            }
        }
    }

    /// Number of the step of the pipeline that a step is, or is a part of.
    private static int whole(StepRun step) {
        return step.origin().map(Origin::parent).orElse(step.number());
    }

    private static boolean hasBegun(StepRun step) {
        return step.keptFrom().isPresent()
                || step.attempt() > 1
                || step.commands().stream().anyMatch(command -> command.startedAt().isPresent());
    }

    /// Removes what another run or step left where an attempt that is about to be recorded writes
    /// its values. Afterwards what is there is the attempt's, whoever drives it.
    void makeRoom(Step step, int attempt, Path workspace) throws InterruptedException {
        if (OutputFile.isThere(workspace, step.number(), attempt)) {
            // a driver that lost its lease must not remove what the next one's container wrote
            recorder.checkHeld();
            OutputFile.clear(workspace, step.number(), attempt);
        }
    }

    /// Whether there may be something to bring for a step.
    boolean concerns(Step step) {
        return step.storage().download() && !wantedBy(step).isEmpty();
    }

    /// Numbers of the steps that hand on something to a step.
    private List<Integer> wantedBy(Step step) {
        StepRun now = recorder.run().step(step.number());
        return switch (step.setting().folder()) {
            case SHARED, COPY -> handing.of(whole(now));
            case EMPTY -> storing.of(whole(now));
        };
    }

    /// Puts what a step needs into the folder in which it works, before its first command.
    ///
    /// @return how the step ends when something is missing
    synchronized Optional<StepOutcome> before(Step step, Path folder) {
        if (!step.storage().download()) {
            return Optional.empty();
        }
        boolean empty = step.setting().folder() == Folder.EMPTY;
        for (int number : wantedBy(step)) {
            if (shared.contains(number) && !empty) {
                continue;
            }
            Step earlier = pipeline.step(number);
            Optional<String> missing = restore(earlier, folder);
            if (missing.isPresent()) {
                return Optional.of(
                        StepOutcome.failed(
                                Reason.ARTIFACTS_UNAVAILABLE,
                                "the artifacts of step %d (%s): %s"
                                        .formatted(number, earlier.name(), missing.get())));
            }
            if (!step.setting().isolated()) {
                shared.add(number);
            }
        }
        return Optional.empty();
    }

    private Optional<String> restore(Step earlier, Path folder) {
        Run run = recorder.run();
        return earlier.isSeveral()
                ? run.steps().stream()
                        .filter(step ->
                                whole(step) == earlier.number() && step.origin().isPresent())
                        .map(part -> restore(part, folder))
                        .flatMap(Optional::stream)
                        .findFirst()
                : restore(run.step(earlier.number()), folder);
    }

    private Optional<String> restore(StepRun known, Path folder) {
        if (known.state() != StepState.SUCCESSFUL && known.state() != StepState.FAILED) {
            // it was skipped and left nothing
            return Optional.empty();
        }
        try {
            return store.restore(
                    new OfStep(known.keptFrom().orElse(recorder.run().id()), known.number()),
                    folder);
        } catch (ArtifactsUnavailable e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /// Stores what the pipeline says, when the commands came to an end of their own.
    ///
    /// @return how the step ends, which is not as well as before when its files cannot be stored
    StepOutcome after(Step step, Path folder, StepOutcome outcome) throws InterruptedException {
        List<String> patterns = step.storage().artifacts();
        if (patterns.isEmpty() || outcome.exitCode().isEmpty()) {
            return outcome;
        }
        // a driver that lost its lease must not replace what the next one stored
        recorder.checkHeld();
        try {
            OfStep owner = new OfStep(recorder.run().id(), step.number());
            return switch (store.store(owner, folder, path -> isWanted(patterns, path))) {
                case Storing.Stored(List<Artifact> artifacts, List<String> skipped) -> {
                    tell(step, artifacts, skipped);
                    yield missing(step, outcome, artifacts);
                }
                case Storing.Refused(String why) -> notStored(step, outcome, why);
            };
        } catch (ArtifactsUnavailable e) {
            return notStored(step, outcome, e.getMessage() + "; look at the log of the instance");
        }
    }

    private static StepOutcome missing(Step step, StepOutcome outcome, List<Artifact> artifacts) {
        List<String> missing =
                step.exchange().outputs().files().stream()
                        .filter(glob ->
                                artifacts.stream().noneMatch(a -> Suppliers.covers(glob, a.path())))
                        .toList();
        return outcome.state() == StepState.SUCCESSFUL && !missing.isEmpty()
                ? StepOutcome.failed(
                        Reason.OUTPUTS_MISSING,
                        "it left no file that matches `" + String.join("`, `", missing) + "`")
                : outcome;
    }

    private static boolean isWanted(List<String> patterns, String path) {
        return !path.startsWith(".git/")
                && patterns.stream().anyMatch(pattern -> Suppliers.covers(pattern, path));
    }

    private void tell(Step step, List<Artifact> artifacts, List<String> skipped) {
        for (String pattern : step.storage().artifacts()) {
            if (artifacts.stream()
                    .noneMatch(artifact -> Suppliers.covers(pattern, artifact.path()))) {
                tell(step, "no file matches `" + pattern + "`");
            }
        }
        skipped.stream().limit(10).forEach(why -> tell(step, "not stored: " + why));
        if (!artifacts.isEmpty()) {
            tell(
                    step,
                    "stored %d files, %d bytes"
                            .formatted(
                                    artifacts.size(),
                                    artifacts.stream().mapToLong(Artifact::bytes).sum()));
        }
    }

    private void tell(Step step, String message) {
        recorder.progress(Activity.ARTIFACTS, step.number(), message);
    }

    private StepOutcome notStored(Step step, StepOutcome outcome, String why) {
        String message = "its artifacts could not be stored: " + why;
        if (outcome.state() == StepState.SUCCESSFUL) {
            return StepOutcome.failed(Reason.ARTIFACTS_NOT_STORED, message);
        }
        tell(step, message);
        return outcome;
    }
}
