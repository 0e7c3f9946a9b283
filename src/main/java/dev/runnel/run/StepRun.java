package dev.runnel.run;

import dev.runnel.pipeline.Attempts.Retry;
import dev.runnel.pipeline.Step;
import dev.runnel.run.RunEvent.StepExpanded;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// One step of a run, as it stands.
///
/// @param number from 1
/// @param plan what the pipeline says of it
/// @param attempt 0 before the first attempt
/// @param keptFrom the run that executed the step, when this one did not have to
/// @param waitsFor what it waits for, when it does
/// @param approved whether somebody approved of it
/// @param outputs values of variables that it gives to those that need it
/// @param origin of what it is a part, when another step became several
/// @param commands in order, numbered from 1: those of the script, then those of the after-script;
///   none of a step that runs for each of something
public record StepRun(
        int number,
        String name,
        String image,
        boolean commit,
        Plan plan,
        StepState state,
        int attempt,
        Optional<Reason> reason,
        Optional<String> message,
        Optional<Integer> exitCode,
        Optional<Instant> startedAt,
        Optional<Instant> finishedAt,
        Optional<RunId> keptFrom,
        Optional<StepWait> waitsFor,
        boolean approved,
        Map<String, String> outputs,
        Optional<Origin> origin,
        List<CommandRun> commands) {
    public StepRun {
        outputs = Map.copyOf(outputs);
        commands = List.copyOf(commands);
    }

    /// What the pipeline says of when a step runs, as far as people want to see it.
    ///
    /// @param needs numbers of the steps that have to end before
    /// @param allowFailure whether the run goes on as if it had succeeded when it fails
    /// @param manual whether it waits for approval
    /// @param attempts how many attempts there are at the most
    public record Plan(List<Integer> needs, boolean allowFailure, boolean manual, int attempts) {
        public Plan {
            needs = List.copyOf(needs);
        }

        static Plan of(Step step) {
            return new Plan(
                    step.flow().needs(),
                    step.flow().allowFailure(),
                    step.flow().manual(),
                    1 + step.attempts().retry().map(Retry::times).orElse(0));
        }
    }

    /// Where a step comes from that is one of several.
    ///
    /// @param parent number of the step that became several
    /// @param index its place among them, from 0
    /// @param item what it runs for
    public record Origin(int parent, int index, String item) {}

    /// What a step that is not under way waits for, before it starts or is tried again.
    public sealed interface StepWait {
        /// Somebody has to approve of it.
        record ForApproval() implements StepWait {}

        /// Its last attempt failed; the next one begins then.
        record ForRetry(Instant until) implements StepWait {}
    }

    /// @param shown what people may see of a text of the pipeline
    static StepRun pending(Step step, UnaryOperator<String> shown) {
        return new StepRun(
                step.number(),
                shown.apply(step.name()),
                shown.apply(step.image().reference()),
                step.commit(),
                Plan.of(step),
                StepState.PENDING,
                0,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false,
                Map.of(),
                Optional.empty(),
                step.isSeveral()
                        ? List.of()
                        : pendingCommands(step.commands().stream().map(shown).toList()));
    }

    private static List<CommandRun> pendingCommands(List<String> script) {
        List<CommandRun> commands = new ArrayList<>();
        for (String instruction : script) {
            commands.add(CommandRun.pending(commands.size() + 1, instruction));
        }
        return commands;
    }

    /// Whether nothing more happens to it: it has ended and is not to be tried again.
    public boolean isOver() {
        return state.isFinal() && waitsFor.isEmpty();
    }

    /// Whether steps that need it may go on: it succeeded, was skipped, or was allowed to fail.
    public boolean letsOthersGoOn() {
        return isOver()
                && switch (state) {
                    case SUCCESSFUL, SKIPPED -> true;
                    case FAILED -> plan.allowFailure();
                    case PENDING, IN_PROGRESS, ABORTED -> false;
                };
    }

    StepRun after(RunEvent.StepStateChanged change, Instant at) {
        StepState next = state.moveTo(change.state());
        return new StepRun(
                number,
                name,
                image,
                commit,
                plan,
                next,
                change.attempt(),
                change.reason(),
                change.message(),
                change.exitCode(),
                next == StepState.IN_PROGRESS ? Optional.of(at) : startedAt,
                next.isFinal() ? Optional.of(at) : Optional.empty(),
                keptFrom,
                Optional.empty(),
                approved,
                next == StepState.IN_PROGRESS ? Map.of() : outputs,
                origin,
                commandsAfter(next, at));
    }

    /// Successful without having been started here: its commands are not this run's.
    StepRun kept(RunId from, Instant at) {
        if (state != StepState.PENDING) {
            throw new IllegalStateException("step " + number + " is " + state + ", not to be kept");
        }
        return with(
                StepState.SUCCESSFUL,
                Optional.of(from),
                Optional.empty(),
                approved,
                commandsAfter(StepState.SUCCESSFUL, at));
    }

    /// One of the steps that it becomes.
    StepRun part(StepExpanded.Part part, int index, List<String> instructions) {
        return new StepRun(
                part.step(),
                part.name(),
                image,
                commit,
                new Plan(plan.needs(), plan.allowFailure(), false, plan.attempts()),
                StepState.PENDING,
                0,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false,
                Map.of(),
                Optional.of(new Origin(number, index, part.item())),
                pendingCommands(instructions));
    }

    StepRun giving(Map<String, String> values) {
        return new StepRun(
                number,
                name,
                image,
                commit,
                plan,
                state,
                attempt,
                reason,
                message,
                exitCode,
                startedAt,
                finishedAt,
                keptFrom,
                waitsFor,
                approved,
                values,
                origin,
                commands);
    }

    StepRun waiting(StepWait wanted) {
        StepState needed =
                switch (wanted) {
                    case StepWait.ForApproval _ -> StepState.PENDING;
                    case StepWait.ForRetry _ -> StepState.FAILED;
                };
        if (state != needed) {
            throw new IllegalStateException("step " + number + " is " + state + "; it cannot wait");
        }
        return with(state, keptFrom, Optional.of(wanted), approved, commands);
    }

    StepRun approvedOf() {
        if (!isWaitingForApproval()) {
            throw new IllegalStateException("step " + number + " does not wait for approval");
        }
        return with(state, keptFrom, Optional.empty(), true, commands);
    }

    /// Whether it goes on when somebody approves of it.
    public boolean isWaitingForApproval() {
        return waitsFor.isPresent() && waitsFor.get() instanceof StepWait.ForApproval;
    }

    private List<CommandRun> commandsAfter(StepState next, Instant at) {
        return switch (next) {
            case IN_PROGRESS ->
                    pendingCommands(commands.stream().map(CommandRun::instruction).toList());
            case PENDING -> commands;
            case SUCCESSFUL, FAILED, ABORTED, SKIPPED ->
                    commands.stream().map(command -> cutOff(command, next, at)).toList();
        };
    }

    private static CommandRun cutOff(CommandRun command, StepState step, Instant at) {
        return switch (command.state()) {
            case PENDING -> command.ended(neverStarted(step), at);
            case IN_PROGRESS -> command.ended(step, at);
            case SUCCESSFUL, FAILED, ABORTED, SKIPPED -> command;
        };
    }

    private static StepState neverStarted(StepState step) {
        return switch (step) {
            // a command before it ended the shell with `exit 0`
            case SUCCESSFUL, SKIPPED -> StepState.SKIPPED;
            case PENDING, IN_PROGRESS, FAILED, ABORTED -> StepState.ABORTED;
        };
    }

    StepRun withCommand(int command, UnaryOperator<CommandRun> change) {
        List<CommandRun> changed = new ArrayList<>(commands);
        changed.set(command - 1, change.apply(commands.get(command - 1)));
        return with(state, keptFrom, waitsFor, approved, changed);
    }

    private StepRun with(
            StepState newState,
            Optional<RunId> newKeptFrom,
            Optional<StepWait> newWait,
            boolean newApproved,
            List<CommandRun> newCommands) {
        return new StepRun(
                number,
                name,
                image,
                commit,
                plan,
                newState,
                attempt,
                reason,
                message,
                exitCode,
                startedAt,
                finishedAt,
                newKeptFrom,
                newWait,
                newApproved,
                outputs,
                origin,
                newCommands);
    }
}
