package dev.runnel.attempt;

import dev.runnel.exchange.OutputFile;
import dev.runnel.exchange.OutputFile.Found;
import dev.runnel.exchange.OutputText;
import dev.runnel.exchange.OutputText.Read;
import dev.runnel.masking.RunSecrets;
import dev.runnel.pipeline.Step;
import dev.runnel.run.Reason;
import dev.runnel.run.StepState;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/// The small values that an attempt of a step gives to other steps. Used by one thread.
///
/// @param folder in which it works
/// @param tell hears sentences for people
public record StepOutputs(
        Step step, int attempt, Path folder, RunSecrets secrets, Consumer<String> tell) {
    private static final int MOST_TOLD = 10;

    private List<String> declared() {
        return step.exchange().outputs().variables();
    }

    /// Makes the file for them, before the first command; one that is there stays.
    ///
    /// @return how the step ends when that is not possible
    public Optional<StepOutcome> before() {
        if (declared().isEmpty()) {
            return Optional.empty();
        }
        return OutputFile.prepare(folder, step.number(), attempt)
                .map(why -> StepOutcome.failed(Reason.NOT_POSSIBLE, why));
    }

    /// Takes them when the script succeeded, with every secret masked.
    ///
    /// @return how the step ends, which is not well when one of them is missing
    public StepOutcome after(StepOutcome outcome) {
        if (outcome.state() != StepState.SUCCESSFUL) {
            return outcome;
        }
        return switch (OutputFile.read(folder, step.number(), attempt)) {
            case Found.Nothing() -> taken(outcome, Map.of());
            case Found.Refused(String why) -> invalid(outcome, why);
            case Found.Content(ByteBuffer bytes) ->
                    switch (OutputText.read(bytes)) {
                        case Read.Refused(String why) -> invalid(outcome, why);
                        case Read.Values(Map<String, String> values) -> taken(outcome, values);
                    };
        };
    }

    private StepOutcome invalid(StepOutcome outcome, String why) {
        String message = "what it wrote for other steps ($RUNNEL_OUTPUT) is not taken: " + why;
        if (declared().isEmpty()) {
            tell.accept(message);
            return outcome;
        }
        return StepOutcome.failed(Reason.INVALID_OUTPUTS, message);
    }

    private StepOutcome taken(StepOutcome outcome, Map<String, String> values) {
        List<String> others =
                values.keySet().stream().filter(name -> !declared().contains(name)).toList();
        if (!others.isEmpty()) {
            tell.accept(
                    "not given to other steps, because `outputs` does not name them: "
                            + secrets.mask(shown(others)));
        }
        List<String> missing =
                declared().stream().filter(name -> !values.containsKey(name)).toList();
        if (!missing.isEmpty()) {
            return StepOutcome.failed(
                    Reason.OUTPUTS_MISSING,
                    "it did not write "
                            + shown(missing)
                            + "; write `NAME=value` to the file $RUNNEL_OUTPUT");
        }
        Map<String, String> given = new TreeMap<>(values);
        given.keySet().retainAll(declared());
        return outcome.giving(given).masked(secrets);
    }

    private static String shown(List<String> names) {
        String first = String.join(", ", names.stream().limit(MOST_TOLD).toList());
        return names.size() > MOST_TOLD ? first + ", …" : first;
    }
}
