package dev.runnel.driver;

import dev.runnel.attempt.RunControl;
import dev.runnel.attempt.StepEnvironment;
import dev.runnel.attempt.StepOutcome;
import dev.runnel.exchange.Expansion;
import dev.runnel.exchange.Expansion.Found;
import dev.runnel.exchange.Expansion.Gathered;
import dev.runnel.exchange.HandedOn;
import dev.runnel.masking.RunSecrets;
import dev.runnel.pipeline.Exchange.Foreach;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Step;
import dev.runnel.run.Reason;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.StepExpanded;
import dev.runnel.run.RunEvent.StepExpanded.Part;
import dev.runnel.run.StepRun;
import dev.runnel.run.StepRun.Origin;
import dev.runnel.run.StepState;
import dev.runnel.schedule.Schedule;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Makes several steps of one that runs for each of something, and one outcome of theirs. Knows the
/// pipeline with all steps so far. For one thread.
final class FanOut {
    private final RunRecorder recorder;
    private final RunSecrets secrets;
    private final RunControl control;
    private final HandedOn handedOn;
    private final Schedule schedule;
    private final WorkspaceUse use;
    private Pipeline pipeline;

    /// @param pipeline as it was read
    FanOut(
            Pipeline pipeline,
            RunRecorder recorder,
            RunSecrets secrets,
            RunControl control,
            HandedOn handedOn,
            Schedule schedule,
            WorkspaceUse use) {
        this.pipeline = pipeline;
        this.recorder = recorder;
        this.secrets = secrets;
        this.control = control;
        this.handedOn = handedOn;
        this.schedule = schedule;
        this.use = use;
    }

    /// The pipeline with all steps so far.
    Pipeline pipeline() {
        return pipeline;
    }

    /// Takes up what an earlier driver made of steps that are not over.
    void takeUp() {
        Run run = recorder.run();
        for (Map.Entry<Integer, List<Part>> known : Expansion.known(run).entrySet()) {
            Step step = pipeline.step(known.getKey());
            grow(step, known.getValue());
            use.leftHalf(step);
        }
        // one that had nothing to run for was about to be said to be over
        for (Step step : List.copyOf(pipeline.steps())) {
            if (step.isSeveral()
                    && run.step(step.number()).state() == StepState.IN_PROGRESS
                    && schedule.parts(step.number()).isEmpty()) {
                grow(step, List.of());
            }
        }
    }

    /// Makes several of a step that may start.
    ///
    /// @return how it ends when that is not possible
    Optional<StepOutcome> expand(Step step) {
        Run run = recorder.run();
        Map<String, String> variables =
                StepEnvironment.variables(run, step, handedOn.to(run, step.number()));
        Foreach foreach = step.exchange().foreach().orElseThrow();
        return switch (Expansion.items(foreach, variables, run)) {
            case Found.Refused(String why) ->
                    Optional.of(StepOutcome.failed(Reason.INVALID_FOREACH, why).masked(secrets));
            case Found.Listed(List<String> items) -> {
                List<String> shown = items.stream().map(secrets::mask).toList();
                List<Part> parts = Expansion.parts(step, shown, run.steps().size() + 1);
                recorder.expandStep(
                        new StepExpanded(step.number(), step.name(), step.commands(), parts));
                use.expand(step, run);
                grow(step, parts);
                yield Optional.empty();
            }
        };
    }

    private void grow(Step step, List<Part> parts) {
        List<Step> steps = Expansion.steps(step, parts);
        pipeline = pipeline.and(steps);
        Foreach foreach = step.exchange().foreach().orElseThrow();
        schedule.expanded(step.number(), steps, foreach.maxParallel().orElse(Integer.MAX_VALUE));
    }

    /// How a step ends when all that it became are over.
    StepOutcome whole(Step step) {
        Run run = recorder.run();
        List<StepRun> parts = schedule.parts(step.number()).stream().map(run::step).toList();
        Optional<StepRun> bad =
                first(parts, StepState.FAILED).or(() -> first(parts, StepState.ABORTED));
        if (bad.isPresent()) {
            StepRun part = bad.get();
            return new StepOutcome(
                    part.state(),
                    part.reason(),
                    part.exitCode(),
                    Optional.of(
                            "step %d (%s): %s"
                                    .formatted(
                                            part.number(),
                                            part.name(),
                                            part.message().orElse("did not succeed"))),
                    Map.of());
        }
        return switch (Expansion.gathered(step, parts)) {
            case Gathered.TooLong(String name, int characters) ->
                    StepOutcome.failed(
                            Reason.INVALID_OUTPUTS,
                            "the list of all "
                                    + name
                                    + " has more than "
                                    + characters
                                    + " characters; write large results into files");
            case Gathered.Lists(Map<String, String> values) ->
                    new StepOutcome(
                            StepState.SUCCESSFUL,
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            values);
        };
    }

    private static Optional<StepRun> first(List<StepRun> parts, StepState state) {
        return parts.stream()
                .filter(part -> part.state() == state)
                .min(Comparator.comparing((StepRun part) -> part.finishedAt().orElse(Instant.MAX)));
    }

    /// Stops what a step became, or keeps it from starting.
    void stopParts(int step, StepOutcome why) {
        schedule.parts(step).forEach(part -> control.stop(part, why));
    }

    /// A step failed: the others stop that fail with it.
    void stopOthers(Step failed) {
        StepOutcome why = StepOutcome.stoppedBecauseOf(failed);
        // the ones that are under way, and those that are not are heard of at once
        failed.flow().stops().forEach(step -> control.stop(step, why));
        recorder.run()
                .step(failed.number())
                .origin()
                .map(Origin::parent)
                .filter(whole -> pipeline.step(whole).exchange().foreach().orElseThrow().failFast())
                .ifPresent(whole -> stopParts(whole, why));
    }
}
