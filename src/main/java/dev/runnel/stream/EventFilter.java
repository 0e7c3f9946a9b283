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
import dev.runnel.run.RunEvent.StepKept;
import dev.runnel.run.RunEvent.StepStateChanged;
import dev.runnel.run.RunEvent.StepWaits;
import java.util.Set;

/// Which events a follower wants; both parts narrow, an empty one does not. The end is always
/// wanted.
///
/// @param steps numbers of steps, from 1; events of the run as a whole belong to none
/// @param types types of events
public record EventFilter(Set<Integer> steps, Set<EventType> types) {
    /// Everything.
    public static final EventFilter ALL = new EventFilter(Set.of(), Set.of());

    public EventFilter {
        steps = Set.copyOf(steps);
        types = Set.copyOf(types);
    }

    boolean admits(RunEvent event) {
        if (event instanceof RunEnded) {
            return true;
        }
        return (types.isEmpty() || types.contains(EventType.of(event)))
                && (steps.isEmpty() || steps.contains(stepOf(event)));
    }

    private static int stepOf(RunEvent event) {
        return switch (event) {
            case StepStateChanged change -> change.step();
            case StepKept kept -> kept.step();
            case StepWaits waits -> waits.step();
            case StepApproved approved -> approved.step();
            case ResultPushed result -> result.step();
            case CommandStarted started -> started.step();
            case CommandFinished finished -> finished.step();
            case OutputWritten written -> written.step();
            case ProgressMade progress -> progress.step();
            case RunStateChanged _, PipelineRead _, ProblemFound _, RunEnded _ -> 0;
        };
    }
}
