package dev.runnel.eventlog;

import dev.runnel.pipeline.Step;
import dev.runnel.run.RunEvent;
import dev.runnel.run.RunEvent.CommandStarted;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunEvent.PipelineRead;

/// About how much of memory and of a chunk an event takes.
final class Sizes {
    private static final int FRAME = 64;

    private Sizes() {}

    static int of(RunEvent event) {
        return switch (event) {
            case OutputWritten output -> FRAME + output.line().text().length();
            case CommandStarted started -> FRAME + started.instruction().length();
            case PipelineRead read -> read.pipeline().steps().stream().mapToInt(Sizes::of).sum();
            case RunEvent.StepOutputs outputs ->
                    FRAME
                            + outputs.values().values().stream()
                                    .mapToInt(value -> FRAME + value.length())
                                    .sum();
            case RunEvent.StepExpanded expanded ->
                    FRAME
                            + expanded.commands().stream().mapToInt(String::length).sum()
                            + expanded.parts().stream()
                                    .mapToInt(part -> FRAME + part.item().length())
                                    .sum();
            case RunEvent.RunStateChanged _,
                    RunEvent.StepStateChanged _,
                    RunEvent.StepKept _,
                    RunEvent.StepWaits _,
                    RunEvent.StepApproved _,
                    RunEvent.ResultPushed _,
                    RunEvent.CommandFinished _,
                    RunEvent.ProgressMade _,
                    RunEvent.ProblemFound _,
                    RunEvent.RunEnded _ ->
                    4 * FRAME;
        };
    }

    private static int of(Step step) {
        return FRAME + step.commands().stream().mapToInt(String::length).sum();
    }
}
