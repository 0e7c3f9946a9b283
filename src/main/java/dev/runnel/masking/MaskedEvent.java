package dev.runnel.masking;

import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Problem;
import dev.runnel.pipeline.Step;
import dev.runnel.run.RunEvent;
import dev.runnel.run.RunEvent.CommandFinished;
import dev.runnel.run.RunEvent.CommandStarted;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunEvent.PipelineRead;
import dev.runnel.run.RunEvent.ProblemFound;
import dev.runnel.run.RunEvent.ProgressMade;
import dev.runnel.run.RunEvent.ResultPushed;
import dev.runnel.run.RunEvent.RunEnded;
import dev.runnel.run.RunEvent.RunStateChanged;
import dev.runnel.run.RunEvent.StepApproved;
import dev.runnel.run.RunEvent.StepExpanded;
import dev.runnel.run.RunEvent.StepKept;
import dev.runnel.run.RunEvent.StepOutputs;
import dev.runnel.run.RunEvent.StepStateChanged;
import dev.runnel.run.RunEvent.StepWaits;
import java.util.HashMap;
import java.util.Map;

/// What a driver says of its run, with every secret masked in what people see of it. What is
/// executed stays as it is: of a pipeline only the shown texts are masked.
public final class MaskedEvent {
    private MaskedEvent() {}

    /// The event as it may be recorded; the output of steps is masked by [MaskingListener] and is
    /// passed on as it is.
    public static RunEvent of(RunEvent event, RunSecrets secrets) {
        return switch (event) {
            case PipelineRead read ->
                    new PipelineRead(
                            read.revision(), read.pipeline(), masks(read.pipeline(), secrets));
            case RunStateChanged changed ->
                    new RunStateChanged(
                            changed.state(),
                            changed.reason(),
                            changed.message().map(secrets::mask));
            case StepStateChanged changed ->
                    new StepStateChanged(
                            changed.step(),
                            secrets.mask(changed.name()),
                            changed.attempt(),
                            changed.state(),
                            changed.reason(),
                            changed.exitCode(),
                            changed.message().map(secrets::mask));
            case StepKept kept -> new StepKept(kept.step(), secrets.mask(kept.name()), kept.from());
            case StepWaits waits ->
                    new StepWaits(waits.step(), secrets.mask(waits.name()), waits.waitsFor());
            case StepApproved approved ->
                    new StepApproved(approved.step(), secrets.mask(approved.name()));
            case CommandStarted started ->
                    new CommandStarted(
                            started.step(), started.command(), secrets.mask(started.instruction()));
            case ProgressMade progress ->
                    new ProgressMade(
                            progress.activity(),
                            progress.step(),
                            secrets.mask(progress.message()),
                            progress.current(),
                            progress.total());
            case ProblemFound found -> new ProblemFound(masked(found.problem(), secrets));
            case StepOutputs outputs ->
                    new StepOutputs(
                            outputs.step(),
                            secrets.mask(outputs.name()),
                            masked(outputs.values(), secrets));
            case StepExpanded expanded ->
                    new StepExpanded(
                            expanded.step(),
                            secrets.mask(expanded.name()),
                            expanded.commands().stream().map(secrets::mask).toList(),
                            expanded.parts().stream()
                                    .map(part ->
                                            new StepExpanded.Part(
                                                    part.step(),
                                                    secrets.mask(part.name()),
                                                    secrets.mask(part.item())))
                                    .toList());
            case ResultPushed _, CommandFinished _, OutputWritten _, RunEnded _ -> event;
        };
    }

    private static Map<String, String> masks(Pipeline pipeline, RunSecrets secrets) {
        Map<String, String> masks = new HashMap<>();
        mask(pipeline.name(), secrets, masks);
        for (Step step : pipeline.steps()) {
            mask(step.name(), secrets, masks);
            mask(step.image().reference(), secrets, masks);
            step.commands().forEach(command -> mask(command, secrets, masks));
        }
        return masks;
    }

    private static void mask(String text, RunSecrets secrets, Map<String, String> masks) {
        String masked = secrets.mask(text);
        if (!masked.equals(text)) {
            masks.put(text, masked);
        }
    }

    private static Map<String, String> masked(Map<String, String> values, RunSecrets secrets) {
        Map<String, String> masked = new HashMap<>();
        values.forEach((name, value) -> masked.put(name, secrets.mask(value)));
        return masked;
    }

    private static Problem masked(Problem problem, RunSecrets secrets) {
        return new Problem(
                problem.severity(),
                problem.code(),
                problem.file(),
                problem.line(),
                problem.column(),
                problem.path(),
                secrets.mask(problem.message()),
                secrets.mask(problem.hint()),
                problem.link());
    }
}
