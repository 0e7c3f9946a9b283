package dev.runnel.attempt;

import dev.runnel.executor.StepExit;
import dev.runnel.masking.RunSecrets;
import dev.runnel.pipeline.Step;
import dev.runnel.run.Reason;
import dev.runnel.run.StepState;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// How a step ended, in the words of a run.
///
/// @param outputs values of variables that it gives to those that need it
public record StepOutcome(
        StepState state,
        Optional<Reason> reason,
        Optional<Integer> exitCode,
        Optional<String> message,
        Map<String, String> outputs) {
    public StepOutcome {
        outputs = Map.copyOf(outputs);
    }

    private StepOutcome(
            StepState state,
            Optional<Reason> reason,
            Optional<Integer> exitCode,
            Optional<String> message) {
        this(state, reason, exitCode, message, Map.of());
    }

    /// All went well.
    public static final StepOutcome SUCCESSFUL =
            new StepOutcome(
                    StepState.SUCCESSFUL, Optional.empty(), Optional.of(0), Optional.empty());

    /// It ended badly.
    public static StepOutcome failed(Reason reason, String message) {
        return new StepOutcome(
                StepState.FAILED, Optional.of(reason), Optional.empty(), Optional.of(message));
    }

    /// It was stopped, or did not start, because somebody or something asked for that.
    public static StepOutcome stopped(Reason why) {
        return aborted(why, sentence(why));
    }

    /// It was stopped, or did not start.
    public static StepOutcome aborted(Reason reason, String message) {
        return new StepOutcome(
                StepState.ABORTED, Optional.of(reason), Optional.empty(), Optional.of(message));
    }

    /// A step before it did not succeed.
    public static StepOutcome notStartedBecauseOf(Step earlier) {
        return aborted(
                Reason.EARLIER_STEP,
                "not started because step %d (%s) did not succeed"
                        .formatted(earlier.number(), earlier.name()));
    }

    /// Its group fails as soon as one of it does.
    public static StepOutcome stoppedBecauseOf(Step failed) {
        return aborted(
                Reason.EARLIER_STEP,
                "stopped because step %d (%s) failed".formatted(failed.number(), failed.name()));
    }

    /// Its pipeline left it out.
    public static StepOutcome skipped(Reason reason, String message) {
        return new StepOutcome(
                StepState.SKIPPED, Optional.of(reason), Optional.empty(), Optional.of(message));
    }

    /// Why somebody or something stopped a run, for people.
    public static String sentence(Reason why) {
        return why == Reason.SUPERSEDED
                ? "a newer run of its concurrency group took its place"
                : "somebody asked for it";
    }

    /// The same with every secret in the message masked.
    public StepOutcome masked(RunSecrets secrets) {
        Map<String, String> shown = new HashMap<>();
        outputs.forEach((name, value) -> shown.put(name, secrets.mask(value)));
        return new StepOutcome(state, reason, exitCode, message.map(secrets::mask), shown);
    }

    /// Whether the step says that it is tried again after an attempt that ended so.
    ///
    /// @param attempt number of the attempt, from 1
    public boolean isWorthAnother(Step step, int attempt) {
        String why = reason.map(Reason::code).orElse("");
        return state == StepState.FAILED
                && step.attempts().retry().filter(r -> r.follows(attempt, why)).isPresent();
    }

    /// The same with values that it gives to others.
    public StepOutcome giving(Map<String, String> values) {
        return new StepOutcome(state, reason, exitCode, message, values);
    }

    /// @param whyStopped what ended the step when it did not end by itself
    static StepOutcome of(StepExit exit, StepOutcome whyStopped) {
        return switch (exit) {
            case StepExit.Exited(int code) when code == 0 -> SUCCESSFUL;
            case StepExit.Exited(int code) ->
                    new StepOutcome(
                            StepState.FAILED,
                            Optional.of(Reason.EXIT_CODE),
                            Optional.of(code),
                            Optional.of("a command ended with exit code " + code));
            case StepExit.OutOfMemory() ->
                    failed(
                            Reason.OUT_OF_MEMORY,
                            "a process was killed because the step used more memory than it may");
            case StepExit.Stopped() -> whyStopped;
            case StepExit.Refused(Reason reason, String message) -> failed(reason, message);
            case StepExit.Lost(String message) -> failed(Reason.LOST, message);
        };
    }
}
