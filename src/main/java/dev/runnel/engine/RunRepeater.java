package dev.runnel.engine;

import dev.runnel.engine.RunStarter.Rejection;
import dev.runnel.engine.RunStarter.Started;
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import dev.runnel.run.RunRequest;
import dev.runnel.run.RunRequest.Rerun;
import dev.runnel.run.RunState;
import dev.runnel.run.StepRun;
import dev.runnel.run.StepState;
import dev.runnel.store.RunStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Asks for runs that repeat others. Blocks for a few database round trips; call it on a virtual
/// thread.
public final class RunRepeater {
    private final RunStore store;
    private final RunStarter starter;

    public RunRepeater(RunStore store, RunStarter starter) {
        this.store = store;
        this.starter = starter;
    }

    /// Where a run that repeats another one begins.
    public enum From {
        /// Every step runs again.
        START,
        /// Steps that were successful are kept, as far as their workspace is; the others run again.
        FAILED
    }

    /// What a run that repeats another one runs.
    public enum Revision {
        /// The commit of the original.
        SAME,
        /// What the original's ref stands for now.
        LATEST
    }

    /// How a run is to be repeated.
    ///
    /// @param variables changes to the original's: a value, or empty to remove one
    /// @param secrets changes to the original's, in the same way
    public record Wish(
            From from,
            Revision revision,
            Map<String, Optional<String>> variables,
            Map<String, Optional<String>> secrets) {
        public Wish {
            variables = Map.copyOf(variables);
            secrets = Map.copyOf(secrets);
        }

        /// Without values, which may be secrets.
        @Override
        public String toString() {
            return "Wish[from=%s, revision=%s, variables=%s, secrets=%s]"
                    .formatted(from, revision, variables.keySet(), secrets.keySet());
        }
    }

    /// What came of it.
    public sealed interface Repeated {
        /// The request for it was made.
        record Asked(Started started) implements Repeated {}

        /// The original has not ended yet.
        record NotEnded(Run original) implements Repeated {}

        /// Nothing of the original failed, so there is nothing to begin from.
        record NothingFailed(Run original) implements Repeated {}
    }

    /// Asks for a run that repeats this one, which must have ended. The same wish with the same key
    /// gives the same run.
    ///
    /// @param idempotencyKey the caller's own name for the request
    /// @throws dev.runnel.store.StoreUnavailable when the database does not answer
    public Repeated repeat(Run original, Wish wish, Optional<String> idempotencyKey) {
        if (!original.state().isFinal()) {
            return new Repeated.NotEnded(original);
        }
        if (wish.from() == From.FAILED && original.state() == RunState.SUCCESSFUL) {
            return new Repeated.NothingFailed(original);
        }
        if (wish.from() == From.FAILED && wish.revision() == Revision.LATEST) {
            return new Repeated.Asked(new Started.Refused(List.of(LATEST_FROM_FAILED)));
        }
        Rerun rerun =
                switch (wish.revision()) {
                    case LATEST ->
                            new Rerun(original.id(), Optional.empty(), Map.of(), Optional.empty());
                    case SAME -> {
                        Map<Integer, RunId> kept = kept(original, wish.from());
                        yield new Rerun(
                                original.id(),
                                original.revision(),
                                kept,
                                kept.isEmpty() ? Optional.empty() : original.pushed());
                    }
                };
        RunRequest before = original.request();
        RunRequest request =
                before.repeating(rerun, changed(before.variables(), wish.variables()))
                        .withSecrets(changed(before.secrets(), wish.secrets()));
        return new Repeated.Asked(starter.start(request, idempotencyKey));
    }

    /// The runs that repeat this one, oldest first.
    ///
    /// @throws dev.runnel.store.StoreUnavailable when the database does not answer
    public List<RunId> rerunsOf(Run original) {
        return original.state().isFinal() ? store.rerunsOf(original.id()) : List.of();
    }

    private static final Rejection LATEST_FROM_FAILED =
            new Rejection(
                    "/revision",
                    "steps that are kept belong to the revision that they ran on",
                    "begin from the start, or leave out the revision");

    private static Map<Integer, RunId> kept(Run original, From from) {
        return switch (from) {
            case START -> Map.of();
            case FAILED ->
                    original.steps().stream()
                            .filter(step -> step.state() == StepState.SUCCESSFUL)
                            // parts are kept with the whole
                            .filter(step -> step.origin().isEmpty())
                            .collect(
                                    Collectors.toMap(
                                            StepRun::number, step -> executor(step, original)));
        };
    }

    private static RunId executor(StepRun step, Run original) {
        return step.keptFrom().orElse(original.id());
    }

    private static Map<String, String> changed(
            Map<String, String> before, Map<String, Optional<String>> changes) {
        Map<String, String> after = new HashMap<>(before);
        changes.forEach((name, value) -> {
            after.remove(name);
            value.ifPresent(text -> after.put(name, text));
        });
        return after;
    }
}
