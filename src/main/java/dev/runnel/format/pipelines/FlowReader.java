package dev.runnel.format.pipelines;

import dev.runnel.condition.Expression;
import dev.runnel.condition.Parsed;
import dev.runnel.pipeline.Attempts;
import dev.runnel.pipeline.Attempts.Retry;
import dev.runnel.pipeline.Flow.Changes;
import dev.runnel.pipeline.Flow.Condition;
import dev.runnel.pipeline.Placement;
import dev.runnel.yaml.Fields;
import dev.runnel.yaml.Findings;
import dev.runnel.yaml.Printable;
import dev.runnel.yaml.Scalars;
import dev.runnel.yaml.Value;
import dev.runnel.yaml.Value.Kind;
import dev.runnel.yaml.YamlCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Reads when a step runs, how often it is tried, and how long it may take.
final class FlowReader {
    /// Codes of reasons after which a step can be tried again.
    static final List<String> REASONS =
            List.of(
                    "exit-code",
                    "timeout",
                    "out-of-memory",
                    "output-limit",
                    "image-not-found",
                    "container-refused",
                    "service-not-ready",
                    "lost",
                    "outputs-missing",
                    "invalid-outputs",
                    "inputs-missing",
                    "artifacts-not-stored",
                    "artifacts-unavailable",
                    "push-failed",
                    "internal-error");

    private static final int MOST_ATTEMPTS = 100;
    private static final int MOST_MINUTES = 30 * 24 * 60;
    private static final double STEEPEST = 100;

    private static final int MOST_EXPRESSIONS = 1_000;
    private static final int LONGEST_GROUP = 255;

    private final Findings findings;
    private final Scalars scalars;
    private final Map<String, Parsed> parsed = new HashMap<>();

    /// When a step runs, as its own keys say it.
    ///
    /// @param needs as they are written; empty: what comes before it in the list
    /// @param when its expression as it is written, when it has one
    /// @param labels what its instance has to have
    /// @param group the concurrency group that it holds, or that its stage does
    record Wish(
            Optional<List<Value>> needs,
            Optional<Condition> condition,
            Optional<Value> when,
            Set<String> asked,
            boolean isFinal,
            boolean isManual,
            boolean allowFailure,
            Optional<Boolean> failFast,
            Set<String> labels,
            Optional<Hold> group) {

        /// With what the stage says for all of its steps.
        Wish in(Wish stage, boolean isFirst) {
            return new Wish(
                    needs,
                    both(stage.condition, condition),
                    when.or(() -> stage.when),
                    union(asked, stage.asked),
                    isFinal,
                    isManual || (stage.isManual && isFirst),
                    allowFailure,
                    failFast,
                    union(labels, stage.labels),
                    stage.group.map(hold -> new Hold(hold.name, hold.at, true)).or(() -> group));
        }

        private static Set<String> union(Set<String> one, Set<String> other) {
            Set<String> union = new HashSet<>(one);
            union.addAll(other);
            return union;
        }

        private static Optional<Condition> both(
                Optional<Condition> outer, Optional<Condition> inner) {
            if (outer.isEmpty() || inner.isEmpty()) {
                return inner.or(() -> outer);
            }
            Optional<String> expression = inner.get().expression();
            if (expression.isPresent() && outer.get().expression().isPresent()) {
                expression =
                        Optional.of(
                                "(%s) && (%s)"
                                        .formatted(
                                                outer.get().expression().get(), expression.get()));
            }
            return Optional.of(
                    new Condition(
                            expression.or(outer.get()::expression),
                            inner.get().changes().or(outer.get()::changes)));
        }
    }

    /// A concurrency group that is held.
    ///
    /// @param at where it is written; the steps of a stage hold it together
    record Hold(String name, Value at, boolean together) {}

    FlowReader(Findings findings) {
        this.findings = findings;
        this.scalars = new Scalars(findings);
    }

    /// What the keys of a step or of a stage say.
    Wish read(Fields fields) {
        fields.checkNotBoth("needs", "finally", "a step of the end waits for all others");
        Optional<Value> when = fields.get("when");
        Optional<Expression> expression = when.flatMap(this::expression);
        Optional<Changes> changes = fields.get("condition").flatMap(this::condition);
        return new Wish(
                fields.get("needs").map(this::needs),
                expression.isEmpty() && changes.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new Condition(expression.map(Expression::toString), changes)),
                when,
                expression.map(Expression::steps).orElse(Set.of()),
                flag(fields, "finally").orElse(false),
                fields.get("trigger")
                        .flatMap(value ->
                                scalars.word(value, "`trigger`", List.of("automatic", "manual")))
                        .filter("manual"::equals)
                        .isPresent(),
                flag(fields, "allow-failure").orElse(false),
                flag(fields, "fail-fast"),
                fields.get("runs-on").map(this::labels).orElse(Set.of()),
                fields.get("concurrency-group").flatMap(this::group));
    }

    private Set<String> labels(Value value) {
        Set<String> labels = new TreeSet<>();
        for (Value entry : scalars.entries(value, "`runs-on`")) {
            Optional<String> label = scalars.line(entry, "a label of `runs-on`").map(String::strip);
            if (label.isPresent() && !Placement.isLabel(label.get())) {
                findings.error(
                        YamlCode.BAD_VALUE,
                        entry,
                        Printable.quote(label.get()) + " is no label",
                        "a label has up to 63 letters, digits, `.`, `_` and `-`");
            }
            label.ifPresent(labels::add);
        }
        return labels;
    }

    /// The name of a concurrency group.
    Optional<Hold> group(Value value) {
        Optional<String> name = scalars.line(value, "`concurrency-group`").map(String::strip);
        if (name.isPresent() && (name.get().isEmpty() || name.get().length() > LONGEST_GROUP)) {
            findings.error(
                    YamlCode.BAD_VALUE,
                    value,
                    "`concurrency-group` has " + name.get().length() + " characters",
                    "the name of a group has 1 to " + LONGEST_GROUP);
            return Optional.empty();
        }
        return name.map(text -> new Hold(text, value, false));
    }

    Optional<Boolean> flag(Fields fields, String key) {
        return fields.get(key).flatMap(value -> scalars.flag(value, "`" + key + "`"));
    }

    /// @param usual minutes for a step that says nothing
    Attempts attempts(Fields fields, Optional<Duration> usual) {
        fields.checkNotBoth("max-time", "timeout", "keep one of them");
        return new Attempts(
                fields.get("retry").flatMap(this::retry),
                fields.get("timeout")
                        .flatMap(value -> scalars.duration(value, "`timeout`"))
                        .or(() -> fields.get("max-time").flatMap(this::minutes))
                        .or(() -> usual),
                fields.get("command-timeout")
                        .flatMap(value -> scalars.duration(value, "`command-timeout`")));
    }

    Optional<Duration> minutes(Value value) {
        return scalars.whole(value, "`max-time`", 1, MOST_MINUTES).map(Duration::ofMinutes);
    }

    private List<Value> needs(Value value) {
        return scalars.entries(value, "`needs`").stream()
                .filter(entry -> scalars.line(entry, "an entry of `needs`").isPresent())
                .toList();
    }

    private Optional<Expression> expression(Value value) {
        boolean isWord = value.kind() == Kind.BOOLEAN;
        if (value.kind() != Kind.TEXT && !isWord) {
            findings.wrongType(
                    value, "`when`", "an expression", "write it in quotes: \"branch == 'main'\"");
            return Optional.empty();
        }
        String text = value.scalar().strip();
        if (!parsed.containsKey(text) && parsed.size() == MOST_EXPRESSIONS) {
            findings.error(
                    Code.PIPELINE_TOO_LARGE,
                    value,
                    "up to here there are more than " + MOST_EXPRESSIONS + " expressions",
                    "use the same expression for more than one step");
            return Optional.empty();
        }
        return switch (parsed.computeIfAbsent(text, Expression::parse)) {
            case Parsed.Accepted(Expression expression) -> Optional.of(expression);
            case Parsed.Refused(String message, int column) -> {
                findings.error(
                        Code.BAD_EXPRESSION,
                        value,
                        "`when` cannot be understood"
                                + (column > 0 ? " at its character " + column : "")
                                + ": "
                                + Printable.line(message),
                        "an expression is for example `branch == 'main'`");
                yield Optional.empty();
            }
        };
    }

    private Optional<Changes> condition(Value value) {
        if (value.kind() != Kind.MAPPING) {
            findings.wrongType(value, "`condition`", "a mapping", "put `changesets:` below it");
            return Optional.empty();
        }
        Fields condition = Fields.of(value, findings).check(Keys.CONDITION, Keys.ALL);
        Optional<Value> sets = condition.get("changesets");
        if (sets.isPresent() && sets.get().kind() != Kind.MAPPING) {
            findings.wrongType(
                    sets.get(), "`changesets`", "a mapping", "put `includePaths:` below it");
            return Optional.empty();
        }
        return sets.map(value2 -> Fields.of(value2, findings).check(Keys.CHANGESETS, Keys.ALL))
                .map(fields ->
                        new Changes(globs(fields, "includePaths"), globs(fields, "excludePaths")));
    }

    private List<String> globs(Fields fields, String key) {
        List<String> globs = new ArrayList<>();
        fields.get(key)
                .ifPresent(value -> {
                    for (Value entry : scalars.entries(value, "`" + key + "`")) {
                        SettingReader.glob(entry, "a path", scalars, findings)
                                .ifPresent(globs::add);
                    }
                });
        return globs;
    }

    private Optional<Retry> retry(Value value) {
        if (value.kind() != Kind.MAPPING) {
            return scalars.whole(value, "`retry`", 0, MOST_ATTEMPTS)
                    .filter(times -> times > 0)
                    .map(times -> new Retry(times, Duration.ZERO, 1, Set.of()));
        }
        Fields fields = Fields.of(value, findings).check(Keys.RETRY, Keys.ALL);
        int times =
                fields.get("times")
                        .flatMap(number -> scalars.whole(number, "`times`", 1, MOST_ATTEMPTS))
                        .orElse(1);
        Duration delay =
                fields.get("delay")
                        .flatMap(span -> scalars.duration(span, "`delay`"))
                        .orElse(Duration.ZERO);
        double factor =
                fields.get("backoff")
                        .flatMap(number -> scalars.number(number, "`backoff`", 1, STEEPEST))
                        .orElse(1.0);
        Set<String> reasons = new HashSet<>();
        fields.get("reasons")
                .ifPresent(list -> {
                    for (Value entry : scalars.entries(list, "`reasons`")) {
                        scalars.word(entry, "an entry of `reasons`", REASONS)
                                .ifPresent(reasons::add);
                    }
                });
        return Optional.of(new Retry(times, delay, factor, reasons));
    }
}
