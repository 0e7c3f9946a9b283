package dev.runnel.run;

import java.time.Instant;
import java.util.Optional;

/// One command of a step, as it stands.
///
/// @param number from 1
/// @param instruction the text that the shell evaluates
public record CommandRun(
        int number,
        String instruction,
        StepState state,
        Optional<Integer> exitCode,
        Optional<Instant> startedAt,
        Optional<Instant> finishedAt) {

    static CommandRun pending(int number, String instruction) {
        return new CommandRun(
                number,
                instruction,
                StepState.PENDING,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    CommandRun started(Instant at) {
        return new CommandRun(
                number,
                instruction,
                state.moveTo(StepState.IN_PROGRESS),
                Optional.empty(),
                Optional.of(at),
                Optional.empty());
    }

    CommandRun finished(int code, Instant at) {
        StepState outcome = code == 0 ? StepState.SUCCESSFUL : StepState.FAILED;
        return new CommandRun(
                number,
                instruction,
                state.moveTo(outcome),
                Optional.of(code),
                startedAt,
                Optional.of(at));
    }

    CommandRun ended(StepState outcome, Instant at) {
        return new CommandRun(
                number,
                instruction,
                state.moveTo(outcome),
                exitCode,
                startedAt,
                startedAt.isPresent() ? Optional.of(at) : Optional.empty());
    }
}
