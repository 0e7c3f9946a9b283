package dev.runnel.run;

import dev.runnel.pipeline.Step;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// One step of a run, as it stands.
///
/// @param number from 1
/// @param attempt 0 before the first attempt
/// @param keptFrom the run that executed the step, when this one did not have to
/// @param commands in order, numbered from 1: those of the script, then those of the after-script
public record StepRun(
        int number,
        String name,
        String image,
        boolean commit,
        StepState state,
        int attempt,
        Optional<Reason> reason,
        Optional<String> message,
        Optional<Integer> exitCode,
        Optional<Instant> startedAt,
        Optional<Instant> finishedAt,
        Optional<RunId> keptFrom,
        List<CommandRun> commands) {
    public StepRun {
        commands = List.copyOf(commands);
    }

    static StepRun pending(Step step) {
        return new StepRun(
                step.number(),
                step.name(),
                step.image().reference(),
                step.commit(),
                StepState.PENDING,
                0,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                pendingCommands(step.commands()));
    }

    private static List<CommandRun> pendingCommands(List<String> script) {
        List<CommandRun> commands = new ArrayList<>();
        for (String instruction : script) {
            commands.add(CommandRun.pending(commands.size() + 1, instruction));
        }
        return commands;
    }

    StepRun after(RunEvent.StepStateChanged change, Instant at) {
        StepState next = state.moveTo(change.state());
        return new StepRun(
                number,
                name,
                image,
                commit,
                next,
                change.attempt(),
                change.reason(),
                change.message(),
                change.exitCode(),
                next == StepState.IN_PROGRESS ? Optional.of(at) : startedAt,
                next.isFinal() ? Optional.of(at) : Optional.empty(),
                keptFrom,
                commandsAfter(next, at));
    }

    /// Successful without having been started here: its commands are not this run's.
    StepRun kept(RunId from, Instant at) {
        if (state != StepState.PENDING) {
            throw new IllegalStateException("step " + number + " is " + state + ", not to be kept");
        }
        return new StepRun(
                number,
                name,
                image,
                commit,
                StepState.SUCCESSFUL,
                attempt,
                reason,
                message,
                exitCode,
                startedAt,
                finishedAt,
                Optional.of(from),
                commandsAfter(StepState.SUCCESSFUL, at));
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
        return new StepRun(
                number,
                name,
                image,
                commit,
                state,
                attempt,
                reason,
                message,
                exitCode,
                startedAt,
                finishedAt,
                keptFrom,
                changed);
    }
}
