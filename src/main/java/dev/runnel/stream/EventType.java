package dev.runnel.stream;

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
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// What an event is called on the wire.
public enum EventType {
    /// The run moved to another state.
    RUN_STATE("run.state"),
    /// The pipeline file was read; the steps are known.
    PIPELINE("pipeline"),
    /// A step moved to another state.
    STEP_STATE("step.state"),
    /// A step waits for approval or for another attempt.
    STEP_WAITING("step.waiting"),
    /// Somebody approved of a step.
    STEP_APPROVED("step.approved"),
    /// What a step gives to those that need it is known.
    STEP_OUTPUTS("step.outputs"),
    /// A step became several.
    STEP_EXPANDED("step.expanded"),
    /// A command began.
    COMMAND_STARTED("command.started"),
    /// A command ended.
    COMMAND_FINISHED("command.finished"),
    /// A command wrote a line.
    OUTPUT("output"),
    /// The result of a step was pushed back.
    PUSHED("pushed"),
    /// Work before or between steps went on.
    PROGRESS("progress"),
    /// The pipeline file has a fault.
    PROBLEM("problem"),
    /// Nothing follows.
    END("end");

    private final String text;

    EventType(String text) {
        this.text = text;
    }

    /// The word: `run.state`.
    public String text() {
        return text;
    }

    /// All words.
    public static List<String> texts() {
        return Arrays.stream(values()).map(EventType::text).toList();
    }

    /// The type with this word.
    public static Optional<EventType> parse(String text) {
        return Arrays.stream(values()).filter(type -> type.text.equals(text)).findFirst();
    }

    /// The type of an event.
    static EventType of(RunEvent event) {
        return switch (event) {
            case RunStateChanged _ -> RUN_STATE;
            case PipelineRead _ -> PIPELINE;
            case StepStateChanged _, StepKept _ -> STEP_STATE;
            case StepWaits _ -> STEP_WAITING;
            case StepApproved _ -> STEP_APPROVED;
            case StepOutputs _ -> STEP_OUTPUTS;
            case StepExpanded _ -> STEP_EXPANDED;
            case CommandStarted _ -> COMMAND_STARTED;
            case CommandFinished _ -> COMMAND_FINISHED;
            case OutputWritten _ -> OUTPUT;
            case ResultPushed _ -> PUSHED;
            case ProgressMade _ -> PROGRESS;
            case ProblemFound _ -> PROBLEM;
            case RunEnded _ -> END;
        };
    }
}
