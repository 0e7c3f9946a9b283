package dev.runnel.format.pipelines;

import dev.runnel.format.Selection;
import dev.runnel.format.pipelines.FlowReader.Wish;
import dev.runnel.format.pipelines.Graph.Group;
import dev.runnel.format.pipelines.StepReader.Draft;
import dev.runnel.yaml.Fields;
import dev.runnel.yaml.Findings;
import dev.runnel.yaml.Level;
import dev.runnel.yaml.Printable;
import dev.runnel.yaml.Scalars;
import dev.runnel.yaml.Suggestions;
import dev.runnel.yaml.Value;
import dev.runnel.yaml.Value.Kind;
import dev.runnel.yaml.YamlCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads the list of a pipeline: steps, parallel groups, stages, and the variables that a request
/// may give.
final class EntryReader {
    static final String STEP_HINT = "start each step with `- step:`";

    private final Findings findings;
    private final Scalars scalars;
    private final StepReader steps;
    private final Optional<Selection> selection;
    private final Map<String, String> defaults = new HashMap<>();
    private final List<Group> groups = new ArrayList<>();
    private int number;

    /// @param selection what is known of the run; empty when the file is only checked
    EntryReader(Findings findings, StepReader steps, Optional<Selection> selection) {
        this.findings = findings;
        this.scalars = new Scalars(findings);
        this.steps = steps;
        this.selection = selection;
    }

    /// The steps of a list in groups that run one after another; incomplete when there are
    /// findings.
    List<Group> read(List<Value> entries) {
        for (int index = 0; index < entries.size(); index++) {
            entry(entries.get(index), index == 0);
        }
        return groups;
    }

    private void entry(Value entry, boolean isFirst) {
        if (entry.kind() != Kind.MAPPING) {
            number++;
            findings.wrongType(entry, "an entry of the list", "a step", STEP_HINT);
            return;
        }
        Fields fields = Fields.of(entry, findings);
        Optional<Value> parallel = fields.get("parallel");
        Optional<Value> stage = fields.get("stage");
        Optional<Value> variables = fields.get("variables");
        if (fields.has("step") || (parallel.isEmpty() && stage.isEmpty() && variables.isEmpty())) {
            step(entry, fields, Keys.ENTRY).ifPresent(draft -> groups.add(Group.of(draft)));
            for (String other : List.of("parallel", "stage", "variables")) {
                fields.checkNotBoth("step", other, "start a new entry: `- " + other + ":`");
            }
            return;
        }
        fields.check(Keys.ENTRY, Keys.ALL);
        fields.checkNotBoth("parallel", "stage", "start a new entry: `- stage:`");
        parallel.ifPresent(this::parallel);
        stage.ifPresent(this::stage);
        variables.ifPresent(list -> variables(list, isFirst));
    }

    /// The step of an entry of a list.
    private Optional<Draft> step(Value entry, Fields fields, Level level) {
        int own = ++number;
        Optional<Value> step = fields.get("step");
        boolean hasStepKeys = fields.hasAny(Keys.STEP.names());
        if (hasStepKeys && step.stream().anyMatch(value -> value.kind() == Kind.NOTHING)) {
            findings.error(
                    Code.BAD_INDENTATION,
                    step.orElseThrow(),
                    "the keys of this step are not indented below `step:`",
                    "indent them two more spaces");
            return Optional.empty();
        }
        if (hasStepKeys && step.isEmpty()) {
            findings.error(Code.MISSING_STEP, entry, "this entry has no `step`", STEP_HINT);
            return Optional.empty();
        }
        int before = findings.errors();
        fields.check(level, Keys.ALL);
        if (step.isEmpty() && findings.errors() == before) {
            findings.error(Code.MISSING_STEP, entry, "this entry has no `step`", STEP_HINT);
        }
        return step.flatMap(value -> steps.read(value, own, defaults));
    }

    private void parallel(Value value) {
        Optional<Value> list = Optional.of(value);
        boolean failFast = false;
        if (value.kind() == Kind.MAPPING) {
            Fields fields = Fields.of(value, findings).check(Keys.PARALLEL, Keys.ALL);
            failFast = steps.failFast(fields).orElse(false);
            list = fields.get("steps");
        }
        groups.add(new Group(within(value, list, "`parallel`"), failFast));
    }

    private void stage(Value value) {
        if (value.kind() != Kind.MAPPING) {
            findings.wrongType(value, "`stage`", "a mapping", "put `steps:` below it");
            return;
        }
        Fields fields = Fields.of(value, findings).check(Keys.STAGE, Keys.ALL);
        fields.get("name").ifPresent(name -> scalars.line(name, "`name`", Code.BAD_NAME));
        Wish wish = steps.stage(fields);
        boolean isFirst = true;
        for (Draft draft : within(value, fields.get("steps"), "`stage`")) {
            if (wish.group().isPresent()) {
                checkHeld(draft, isFirst);
            }
            groups.add(Group.of(draft.with(draft.wish().in(wish, isFirst))));
            isFirst = false;
        }
    }

    /// A stage that holds a group must not wait, once it does, for what may wait for the group.
    private void checkHeld(Draft draft, boolean isFirst) {
        Wish wish = draft.wish();
        wish.group()
                .ifPresent(own ->
                        findings.error(
                                YamlCode.CONFLICTING_KEYS,
                                own.at(),
                                "the stage of this step has a `concurrency-group` already",
                                "keep one of the two"));
        if (wish.isFinal() || (wish.needs().isPresent() && !isFirst)) {
            findings.error(
                    YamlCode.CONFLICTING_KEYS,
                    draft.at(),
                    "a step with `needs` or `finally` cannot be in a stage with a"
                            + " `concurrency-group`, unless it is the first one and has `needs`",
                    "move it out of the stage");
        }
    }

    private List<Draft> within(Value at, Optional<Value> list, String what) {
        List<Draft> drafts = new ArrayList<>();
        if (list.isEmpty() || list.get().items().isEmpty()) {
            boolean isList =
                    list.stream().allMatch(value -> value.kind() == Kind.LIST || isNothing(value));
            if (isList) {
                findings.error(Code.NO_STEPS, at, what + " has no steps", STEP_HINT);
            } else {
                findings.wrongType(list.orElseThrow(), what, "a list of steps", STEP_HINT);
            }
            return drafts;
        }
        for (Value entry : list.get().items()) {
            if (entry.kind() == Kind.MAPPING) {
                Fields fields = Fields.of(entry, findings);
                Optional<Value> nested = fields.key("parallel").or(() -> fields.key("stage"));
                if (nested.isPresent() && !fields.has("step")) {
                    findings.error(
                            YamlCode.NOT_SUPPORTED,
                            nested.get(),
                            Printable.quote(nested.get().scalar())
                                    + " inside "
                                    + what
                                    + " is not supported yet",
                            "use `needs` for what steps cannot say by their order");
                } else {
                    step(entry, fields, Keys.ENTRY).ifPresent(drafts::add);
                }
            } else {
                number++;
                findings.wrongType(entry, "an entry of the list", "a step", STEP_HINT);
            }
        }
        return drafts;
    }

    private static boolean isNothing(Value value) {
        return value.kind() == Kind.NOTHING;
    }

    private void variables(Value list, boolean isFirst) {
        if (!isFirst) {
            findings.error(
                    YamlCode.BAD_VALUE,
                    list,
                    "`variables` is not the first entry of the list",
                    "move it to the start");
        }
        if (list.kind() != Kind.LIST) {
            findings.wrongType(list, "`variables`", "a list", "start each with `- name:`");
        }
        for (Value entry : list.items()) {
            if (entry.kind() == Kind.MAPPING) {
                variable(entry);
            } else {
                findings.wrongType(entry, "a variable", "a mapping", "write `- name: DAY`");
            }
        }
    }

    private void variable(Value entry) {
        Fields fields = Fields.of(entry, findings).check(Keys.VARIABLE, Keys.ALL);
        Optional<String> name = fields.get("name").flatMap(text -> scalars.line(text, "`name`"));
        if (name.isEmpty()) {
            if (!fields.isMeant("name")) {
                findings.error(
                        Code.BAD_NAME, entry, "the variable has no `name`", "write `- name: DAY`");
            }
            return;
        }
        if (!scalars.isVariableName(name.get(), fields.get("name").orElseThrow())) {
            return;
        }
        Optional<String> usual =
                fields.get("default").flatMap(value -> scalars.variable(value, "`default`"));
        List<String> allowed = new ArrayList<>();
        fields.get("allowed-values")
                .ifPresent(values -> {
                    for (Value value : scalars.entries(values, "`allowed-values`")) {
                        scalars.variable(value, "an allowed value").ifPresent(allowed::add);
                    }
                });
        usual.filter(value -> !allowed.isEmpty() && !allowed.contains(value))
                .ifPresent(value -> notAllowed(fields.get("default"), name.get(), value, allowed));
        usual.ifPresent(value -> defaults.put(name.get(), value));
        selection.ifPresent(run -> given(run, entry, name.get(), usual, allowed));
    }

    private void given(
            Selection run, Value at, String name, Optional<String> usual, List<String> allowed) {
        Optional<String> value = Optional.ofNullable(run.variables().get(name));
        if (value.isPresent() && !allowed.isEmpty() && !allowed.contains(value.get())) {
            notAllowed(Optional.of(at), name, value.get(), allowed);
        } else if (value.isEmpty() && usual.isEmpty()) {
            findings.error(
                    Code.MISSING_VARIABLE,
                    at,
                    "the run has no variable "
                            + Printable.quote(name)
                            + ", and there is no default",
                    "give it in the request, or write `default:`");
        }
    }

    private void notAllowed(Optional<Value> at, String name, String value, List<String> allowed) {
        findings.error(
                Code.VALUE_NOT_ALLOWED,
                at.orElseThrow(),
                Printable.quote(name) + " cannot be " + Printable.quote(value),
                Suggestions.closest(value, allowed)
                        .map(word -> "did you mean " + Printable.quote(word) + "?")
                        .orElseGet(() ->
                                "the allowed values are "
                                        + Printable.line(String.join(", ", allowed))));
    }
}
