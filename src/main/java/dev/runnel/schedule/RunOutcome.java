package dev.runnel.schedule;

import dev.runnel.run.Run;
import dev.runnel.run.RunState;
import dev.runnel.run.StepRun;
import dev.runnel.run.StepState;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;

/// What the ends of its steps make of a run.
///
/// It is successful when every step succeeded, was skipped, or was allowed to fail. Else it failed
/// if a step failed that was not allowed to, and is aborted if none did. The first step that ended
/// so says why.
///
/// @param state a final one
/// @param because the step that made it so; empty when the run was successful
public record RunOutcome(RunState state, Optional<StepRun> because) {
    /// The outcome of a run whose steps are all over.
    public static RunOutcome of(Run run) {
        Optional<StepRun> failed = first(run, StepState.FAILED);
        if (failed.isPresent()) {
            return new RunOutcome(RunState.FAILED, failed);
        }
        Optional<StepRun> aborted = first(run, StepState.ABORTED);
        return aborted.isPresent()
                ? new RunOutcome(RunState.ABORTED, aborted)
                : new RunOutcome(RunState.SUCCESSFUL, Optional.empty());
    }

    private static Optional<StepRun> first(Run run, StepState state) {
        return run.steps().stream()
                // what became of parts is in what became of the whole
                .filter(step -> step.origin().isEmpty())
                .filter(step -> step.state() == state && !step.letsOthersGoOn())
                .min(
                        Comparator.comparing(
                                        (StepRun step) -> step.finishedAt().orElse(Instant.MAX))
                                .thenComparingInt(StepRun::number));
    }
}
