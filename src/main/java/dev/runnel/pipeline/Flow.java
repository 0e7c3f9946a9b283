package dev.runnel.pipeline;

import java.util.List;
import java.util.Optional;

/// When a step runs, and what its end means for others.
///
/// @param needs numbers of the steps that have to end before this one starts, ascending, each once
/// @param condition asked when the steps that it needs have ended; the step is skipped when it does
///   not hold
/// @param always whether it runs whatever became of the steps that it needs, and of the run: a
///   `finally` step. Without it a step runs only if all that it needs succeeded, were skipped, or
///   were allowed to fail
/// @param manual whether it waits for somebody's approval before it starts
/// @param allowFailure whether the run goes on as if it had succeeded when it fails
/// @param stops numbers of the steps that are stopped, or not started, when this one fails
///   (`fail-fast` of a parallel group), ascending, each once
public record Flow(
        List<Integer> needs,
        Optional<Condition> condition,
        boolean always,
        boolean manual,
        boolean allowFailure,
        List<Integer> stops) {
    /// Starts at once.
    public static final Flow START = after(List.of());

    public Flow {
        needs = List.copyOf(needs);
        stops = List.copyOf(stops);
    }

    /// Starts when these steps succeeded, and means nothing special for others.
    public static Flow after(List<Integer> needs) {
        return new Flow(needs, Optional.empty(), false, false, false, List.of());
    }

    /// What has to hold for a step to run. With both parts, both have to hold.
    ///
    /// @param expression over variables, the ref and the outcomes of needed steps
    /// @param changes which files have to have changed
    public record Condition(Optional<String> expression, Optional<Changes> changes) {}

    /// Holds when one of the changed files matches an included glob and no excluded one.
    ///
    /// @param include globs over paths relative to the root of the repository; empty: all files
    /// @param exclude globs; go before `include`
    public record Changes(List<String> include, List<String> exclude) {
        public Changes {
            include = List.copyOf(include);
            exclude = List.copyOf(exclude);
        }
    }
}
