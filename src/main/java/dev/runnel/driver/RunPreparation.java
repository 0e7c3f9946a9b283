package dev.runnel.driver;

import dev.runnel.attempt.RunControl;
import dev.runnel.driver.KeptWorkspace.Restored;
import dev.runnel.driver.RunDriver.Parts;
import dev.runnel.format.Reading;
import dev.runnel.format.Selection;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Pipeline.Origin;
import dev.runnel.pipeline.Problem;
import dev.runnel.pipeline.Step;
import dev.runnel.run.Reason;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent;
import dev.runnel.run.RunEvent.Activity;
import dev.runnel.run.RunEvent.PipelineRead;
import dev.runnel.run.RunEvent.ProblemFound;
import dev.runnel.run.RunEvent.ProgressMade;
import dev.runnel.run.RunEvent.StepKept;
import dev.runnel.run.RunEvent.StepOutputs;
import dev.runnel.run.RunId;
import dev.runnel.run.RunRequest;
import dev.runnel.run.RunRequest.PullRequest;
import dev.runnel.run.RunRequest.Rerun;
import dev.runnel.run.StepState;
import dev.runnel.source.Source.CheckedOut;
import dev.runnel.source.Source.Checkout;
import dev.runnel.source.Source.CheckoutRequest;
import dev.runnel.source.Source.SourceRefusal;
import dev.runnel.source.SourceFault;
import dev.runnel.store.RunStore.Lease;
import dev.runnel.workspace.Snapshots.After;
import dev.runnel.workspace.Workspaces;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/// Gets a run to the point where its steps can start: an engine that answers, a checkout, a
/// pipeline.
final class RunPreparation {
    private static final int PAGE = 1000;

    private final Parts parts;
    private final RunRecorder recorder;
    private final RunControl control;
    private final Path workspace;
    private final Path clone;
    private final KeptWorkspace kept;
    private boolean givenBack;

    /// @param clone the folder of this driver alone, into which it clones
    RunPreparation(
            Parts parts,
            RunRecorder recorder,
            RunControl control,
            Path workspace,
            Path clone,
            KeptWorkspace kept) {
        this.parts = parts;
        this.recorder = recorder;
        this.control = control;
        this.workspace = workspace;
        this.clone = clone;
        this.kept = kept;
    }

    /// The pipeline: as the log has it, else with the steps that an earlier run did, else from a
    /// fresh clone. Empty when the run ended over it.
    Optional<Pipeline> pipeline() throws InterruptedException {
        if (!recorder.run().steps().isEmpty()) {
            return recovered();
        }
        Optional<String> unavailable =
                control.interruptibly(() ->
                        parts.gate().pass(message -> recorder.progress(Activity.WAIT, 0, message)));
        if (unavailable.isPresent()) {
            recorder.fail(Reason.EXECUTOR_UNAVAILABLE, unavailable.get());
            return Optional.empty();
        }
        parts.ahead().expect(recorder.run());
        Optional<Pipeline> repeated = repeated();
        return repeated.isPresent() || givenBack ? repeated : cloned();
    }

    /// Whether the run is to be given back for another instance, which begins anew.
    boolean isGivenBack() {
        return givenBack;
    }

    private Optional<Pipeline> cloned() throws InterruptedException {
        return switch (checkOut()) {
            case SourceRefusal refusal -> {
                recorder.fail(SourceReasons.of(refusal.fault()), because(refusal));
                yield Optional.empty();
            }
            case CheckedOut checkout -> read(checkout);
        };
    }

    private Optional<Pipeline> recovered() {
        Optional<Pipeline> recorded = recordedPipeline(recorder.run().id());
        if (recorded.isPresent() && Files.isDirectory(workspace)) {
            return recorded;
        }
        boolean underWay =
                recorder.run().steps().stream()
                        .anyMatch(step -> step.state() == StepState.IN_PROGRESS);
        // else it ends by that order alone
        if (underWay || !control.isOrdered()) {
            recorder.fail(Reason.LOST, "the workspace of this run is gone; submit it again");
        }
        return Optional.empty();
    }

    /// The pipeline of the run that this one repeats, when the steps that it did need not run
    /// again.
    private Optional<Pipeline> repeated() throws InterruptedException {
        Optional<Rerun> rerun =
                recorder.run().request().rerun().filter(wanted -> !wanted.kept().isEmpty());
        if (rerun.isEmpty()) {
            return Optional.empty();
        }
        Optional<Pipeline> recorded = recordedPipeline(rerun.get().of());
        Restored restored =
                recorded.isEmpty()
                        ? new Restored.Missing("the log of run " + rerun.get().of() + " is gone")
                        : kept.restore(rerun.get(), clone);
        return switch (restored) {
            case Restored.Missing(String why) -> {
                recorder.progress(Activity.SNAPSHOT, 0, "every step runs again, because " + why);
                yield Optional.empty();
            }
            case Restored.There(After after) -> {
                if (!settle(recorded.orElseThrow())) {
                    yield Optional.empty();
                }
                putInPlace(recorded.orElseThrow(), after.steps());
                recorder.writeTogether(
                        takenOver(rerun.get(), recorded.orElseThrow(), after.steps()));
                yield recorded;
            }
        };
    }

    private List<RunEvent> takenOver(Rerun rerun, Pipeline pipeline, Set<Integer> steps) {
        Map<Integer, StepOutputs> outputs = outputs(rerun.of(), pipeline, steps);
        List<RunEvent> events = new ArrayList<>();
        events.add(new PipelineRead(rerun.revision().orElseThrow(), pipeline));
        for (Step step : pipeline.steps()) {
            if (steps.contains(step.number()) && !leavesOnlyParts(step)) {
                Optional.ofNullable(outputs.get(step.number())).ifPresent(events::add);
                RunId from = Objects.requireNonNull(rerun.kept().get(step.number()));
                events.add(new StepKept(step.number(), step.name(), from));
            }
        }
        return events;
    }

    /// Whether what a step left for others was left by its parts, which nobody knows here.
    private static boolean leavesOnlyParts(Step step) {
        return step.isSeveral()
                && step.setting().isolated()
                && !step.storage().artifacts().isEmpty();
    }

    private String because(SourceRefusal refusal) {
        Optional<String> revision = recorder.run().request().rerun().flatMap(Rerun::revision);
        return revision.isPresent() && refusal.fault() == SourceFault.REF_NOT_FOUND
                ? refusal.message()
                        + " It is the commit of the run that is repeated; re-run with the latest"
                        + " revision instead."
                : refusal.message();
    }

    private Checkout checkOut() throws InterruptedException {
        CheckoutRequest wanted = wanted(clone);
        return control.interruptibly(() -> parts.source().checkOut(wanted, this::cloning));
    }

    private CheckoutRequest wanted(Path folder) {
        RunRequest request = recorder.run().request();
        return new CheckoutRequest(
                request.url(), request.ref(), request.rerun().flatMap(Rerun::revision), folder);
    }

    /// What was cloned becomes the workspace, before the log says that there is one.
    private void putInPlace(Pipeline pipeline, Set<Integer> over) throws InterruptedException {
        // a driver that lost its lease while it cloned ends here
        recorder.checkHeld();
        Workspaces.delete(workspace);
        Run run = recorder.run();
        boolean seen =
                control.interruptibly(() -> parts.ahead().furnish(run, pipeline, over, clone));
        if (seen) {
            return;
        }
        try {
            Files.move(clone, workspace, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot put " + clone + " in place", e);
        }
    }

    private void cloning(String phase, long done, long total) {
        recorder.write(
                new ProgressMade(
                        Activity.CLONE,
                        0,
                        phase,
                        OptionalLong.of(done),
                        total > 0 ? OptionalLong.of(total) : OptionalLong.empty()));
    }

    private Optional<Pipeline> read(CheckedOut checkout) throws InterruptedException {
        Selection selection = selection(checkout);
        Optional<Reading> reading = parts.pipelines().read(clone, selection);
        if (reading.isEmpty()) {
            recorder.fail(
                    Reason.PIPELINE_NOT_FOUND,
                    "the repository has no pipeline file at its root; add one of "
                            + String.join(", ", parts.pipelines().fileNames()));
            return Optional.empty();
        }
        return switch (reading.get()) {
            case Reading.Accepted(Pipeline read, List<Problem> warnings) -> {
                Pipeline pipeline = read.from(new Origin(selection.branch(), selection.tag()));
                if (!settle(pipeline)) {
                    yield Optional.empty();
                }
                putInPlace(pipeline, Set.of());
                warnings.forEach(warning -> recorder.write(new ProblemFound(warning)));
                Optional<SourceRefusal> missing = history(checkout.revision(), pipeline.history());
                if (missing.isPresent()) {
                    recorder.fail(SourceReasons.of(missing.get().fault()), because(missing.get()));
                    yield Optional.empty();
                }
                recorder.write(new PipelineRead(checkout.revision(), pipeline));
                yield Optional.of(pipeline);
            }
            case Reading.Refused(List<Problem> problems) -> {
                problems.forEach(problem -> recorder.write(new ProblemFound(problem)));
                recorder.fail(Reason.INVALID_PIPELINE, problems.getFirst().toLine());
                yield Optional.empty();
            }
        };
    }

    /// Notes which labels the run needs before its steps are known, so that whoever takes it over
    /// has them.
    ///
    /// @return whether this instance has them
    private boolean settle(Pipeline pipeline) {
        Set<String> needed = new TreeSet<>(pipeline.placement().labels());
        Set<String> asked = recorder.run().request().queueing().labels();
        needed.addAll(asked);
        // what was asked for is noted when the run is stored; an earlier driver may have noted more
        if (!needed.equals(asked) || recorder.fence() > 1) {
            parts.store().require(new Lease(recorder.run().id(), recorder.fence()), needed);
        }
        Set<String> missing = new TreeSet<>(needed);
        missing.removeAll(parts.settings().labels());
        if (!missing.isEmpty()) {
            recorder.progress(
                    Activity.WAIT,
                    0,
                    "given back to the queue for an instance with the labels %s; %s does not have %s"
                            .formatted(
                                    String.join(", ", needed),
                                    parts.settings().instance(),
                                    String.join(", ", missing)));
        }
        givenBack = !missing.isEmpty();
        return missing.isEmpty();
    }

    /// Brings what the steps want to find of what led to the revision, before any of them starts.
    private Optional<SourceRefusal> history(String revision, int commits)
            throws InterruptedException {
        return commits == 1
                ? Optional.empty()
                : control.interruptibly(() ->
                        parts.source()
                                .fetchHistory(wanted(workspace), revision, commits, this::cloning));
    }

    private Selection selection(CheckedOut checkout) {
        RunRequest request = recorder.run().request();
        // what is neither a branch nor a commit is a tag
        Optional<String> tag =
                request.ref()
                        .filter(_ -> checkout.branch().isEmpty())
                        .filter(ref -> !checkout.revision().startsWith(ref));
        return new Selection(
                request.pipeline(),
                checkout.branch(),
                tag,
                request.pullRequest().map(PullRequest::source),
                request.variables());
    }

    private Optional<Pipeline> recordedPipeline(RunId run) {
        long after = 0;
        while (true) {
            List<RecordedEvent> events = parts.log().read(run, after, PAGE);
            if (events.isEmpty()) {
                return Optional.empty();
            }
            for (RecordedEvent recorded : events) {
                if (recorded.event() instanceof PipelineRead read) {
                    return Optional.of(read.pipeline());
                }
            }
            after = events.getLast().seq();
        }
    }

    /// What steps gave to others in a run, by their numbers. The log is read only if one of them
    /// says that it gives something.
    private Map<Integer, StepOutputs> outputs(RunId run, Pipeline pipeline, Set<Integer> steps) {
        Map<Integer, StepOutputs> outputs = new HashMap<>();
        boolean anyGives =
                pipeline.steps().stream()
                        .filter(step -> steps.contains(step.number()))
                        .anyMatch(step -> !step.exchange().outputs().variables().isEmpty());
        List<RecordedEvent> events = anyGives ? parts.log().read(run, 0, PAGE) : List.of();
        while (!events.isEmpty()) {
            for (RecordedEvent recorded : events) {
                if (recorded.event() instanceof StepOutputs found) {
                    outputs.put(found.step(), found);
                }
            }
            events = parts.log().read(run, events.getLast().seq(), PAGE);
        }
        return outputs;
    }
}
