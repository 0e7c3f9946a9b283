package dev.runnel.driver;

import dev.runnel.attempt.RunControl;
import dev.runnel.attempt.RunControl.Order;
import dev.runnel.attempt.StepEnvironment;
import dev.runnel.attempt.StepOutcome;
import dev.runnel.condition.Expression;
import dev.runnel.condition.Facts;
import dev.runnel.condition.Globs;
import dev.runnel.condition.Parsed;
import dev.runnel.condition.Verdict;
import dev.runnel.exchange.HandedOn;
import dev.runnel.pipeline.Flow.Changes;
import dev.runnel.pipeline.Flow.Condition;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Step;
import dev.runnel.run.Reason;
import dev.runnel.run.Run;
import dev.runnel.run.RunRequest.PullRequest;
import dev.runnel.run.StepRun;
import dev.runnel.source.Source;
import dev.runnel.source.Source.ChangesAnswer;
import dev.runnel.source.Source.ChangesRequest;
import dev.runnel.source.Source.SourceRefusal;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/// Asks whether the conditions of steps hold. What a revision changed is found out once, when the
/// first step wants to know. Safe for any number of threads.
final class StepConditions {
    private static final System.Logger LOG = System.getLogger(StepConditions.class.getName());

    // an expression that names one of these may ask for it
    private static final Pattern ASKS_SOURCE = Pattern.compile("\\b(changed|branch|tag)\\b");
    private static final Pattern ASKS_OUTCOMES = Pattern.compile("\\boutcomes\\b");
    private static final Source.Changes NOT_ASKED =
            new Source.Changes(Set.of(), Optional.empty(), Optional.empty());

    private final Source source;
    private final RunRecorder recorder;
    private final RunControl control;
    private final Pipeline pipeline;
    private final HandedOn handedOn;
    private final Path scratch;
    private Optional<Source.Changes> known = Optional.empty();

    /// @param scratch absolute path of a folder that does not exist
    StepConditions(
            Source source,
            RunRecorder recorder,
            RunControl control,
            Pipeline pipeline,
            HandedOn handedOn,
            Path scratch) {
        this.source = source;
        this.recorder = recorder;
        this.control = control;
        this.pipeline = pipeline;
        this.handedOn = handedOn;
        this.scratch = scratch;
    }

    /// Asks on a thread of its own. Says nothing when the run is stopped meanwhile.
    void ask(Step step, Condition condition, Consumer<Optional<StepOutcome>> answer) {
        Thread.ofVirtual()
                .name("condition-" + step.number())
                .start(() -> {
                    try {
                        answer.accept(judge(step, condition));
                    } catch (InterruptedException e) {
                        // the order that did it has ended the step, or leaves it to another driver
                    } catch (RuntimeException e) {
                        LOG.log(System.Logger.Level.WARNING, "a condition was not asked", e);
                        answer.accept(
                                Optional.of(
                                        StepOutcome.failed(
                                                Reason.INTERNAL_ERROR,
                                                "its condition could not be asked: " + e)));
                    }
                });
    }

    /// How a step ends because of its condition; empty when it may run.
    private Optional<StepOutcome> judge(Step step, Condition condition)
            throws InterruptedException {
        Source.Changes changes = NOT_ASKED;
        if (asksSource(condition)) {
            switch (control.interruptibly(Order.stopping(step), this::changes)) {
                case Source.Changes found -> changes = found;
                case SourceRefusal refusal -> {
                    return Optional.of(
                            StepOutcome.failed(
                                    SourceReasons.of(refusal.fault()),
                                    "its condition asks for the changed files, and: "
                                            + refusal.message()));
                }
            }
        }
        if (condition.changes().isPresent() && !holds(condition.changes().get(), changes.paths())) {
            return Optional.of(
                    StepOutcome.skipped(
                            Reason.CONDITION, "none of the files that it looks at has changed"));
        }
        return condition.expression().isPresent()
                ? judge(step, condition.expression().get(), changes)
                : Optional.empty();
    }

    private static boolean asksSource(Condition condition) {
        return condition.changes().isPresent()
                || condition
                        .expression()
                        .filter(text -> ASKS_SOURCE.matcher(text).find())
                        .isPresent();
    }

    private static boolean holds(Changes wanted, Set<String> changed) {
        return changed.stream()
                .filter(path -> wanted.exclude().stream().noneMatch(g -> Globs.matches(g, path)))
                .anyMatch(path ->
                        wanted.include().isEmpty()
                                || wanted.include().stream()
                                        .anyMatch(glob -> Globs.matches(glob, path)));
    }

    private Optional<StepOutcome> judge(Step step, String text, Source.Changes changes) {
        return switch (Expression.parse(text)) {
            case Parsed.Refused(String message, int _) -> Optional.of(faulty(text, message));
            case Parsed.Accepted(Expression expression) ->
                    switch (expression.evaluate(facts(step, text, changes))) {
                        case Verdict.Holds() -> Optional.empty();
                        case Verdict.DoesNotHold() ->
                                Optional.of(
                                        StepOutcome.skipped(
                                                Reason.CONDITION,
                                                "its condition does not hold: " + text));
                        case Verdict.Fault(String message) -> Optional.of(faulty(text, message));
                    };
        };
    }

    private static StepOutcome faulty(String text, String message) {
        return StepOutcome.failed(
                Reason.INVALID_CONDITION,
                "its condition cannot be evaluated: " + message + ": " + text);
    }

    private Facts facts(Step step, String text, Source.Changes changes) {
        Run run = recorder.run();
        return new Facts(
                StepEnvironment.variables(run, step, handedOn.to(run, step.number())),
                run.request().ref(),
                changes.branch(),
                changes.tag(),
                changes.paths(),
                ASKS_OUTCOMES.matcher(text).find() ? outcomes(run, step) : Map.of(),
                handedOn.byStep(run, step.number()));
    }

    /// Of the steps that it needs, and of those that they need: these are over for sure.
    private Map<String, String> outcomes(Run run, Step step) {
        Map<String, String> outcomes = new HashMap<>();
        Set<Integer> seen = new HashSet<>(step.flow().needs());
        Deque<Integer> open = new ArrayDeque<>(seen);
        while (!open.isEmpty()) {
            int number = open.remove();
            StepRun ended = run.step(number);
            outcomes.put(ended.name(), ended.state().name().toLowerCase(Locale.ROOT));
            for (int need : pipeline.step(number).flow().needs()) {
                if (seen.add(need)) {
                    open.add(need);
                }
            }
        }
        return outcomes;
    }

    private synchronized ChangesAnswer changes() throws InterruptedException {
        if (known.isPresent()) {
            return known.get();
        }
        Run run = recorder.run();
        ChangesAnswer answer =
                source.changes(
                        new ChangesRequest(
                                run.request().url(),
                                run.request().ref(),
                                run.revision().orElseThrow(),
                                run.request().pullRequest().map(PullRequest::target),
                                scratch));
        if (answer instanceof Source.Changes found) {
            known = Optional.of(found);
        }
        return answer;
    }
}
