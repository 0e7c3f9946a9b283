package dev.runnel.format.fxq;

import dev.runnel.format.fxq.Value.Kind;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads the tree of a file as a pipeline. Goes on after a fault as far as it can.
final class PipelineReader {
    /// Where every step finds the checkout.
    private static final String WORKSPACE = "/opt/fxquants/pipeline";

    /// What the only pipeline of a file is called, whichever key its steps are under.
    private static final String NAME = "default";

    private static final List<String> LIST_KEYS = Level.PIPELINES.keys();
    private static final int MOST_STEPS = 1_000;
    private static final String STEP_HINT = "start each step with `- step:`";

    private final Findings findings;

    PipelineReader(Findings findings) {
        this.findings = findings;
    }

    /// The pipeline; empty when there are findings.
    ///
    /// @param wanted name of the wanted pipeline; empty for the default
    Optional<Pipeline> read(Value root, Optional<String> wanted) {
        if (root.kind() != Kind.MAPPING) {
            findings.wrongType(
                    root, "the file", "a mapping", "write `image:` and `pipelines:` at the top");
            return Optional.empty();
        }
        Fields file = Fields.of(root, findings).check(Level.FILE);
        StepReader reader = new StepReader(findings, file.get("image"));
        Optional<Value> pipelines = file.get("pipelines");
        if (pipelines.isEmpty() && !file.isMeant("pipelines")) {
            findings.error(
                    Code.MISSING_PIPELINES,
                    root,
                    "the file has no `pipelines`",
                    "write `pipelines:` with a list of steps under `default:`");
        }
        List<Step> steps =
                pipelines
                        .flatMap(value -> stepList(value, wanted))
                        .map(list -> steps(list, reader))
                        .orElse(List.of());
        return findings.isEmpty()
                ? Optional.of(new Pipeline(NAME, WORKSPACE, steps))
                : Optional.empty();
    }

    private Optional<Value> stepList(Value pipelines, Optional<String> wanted) {
        if (pipelines.kind() != Kind.MAPPING && pipelines.kind() != Kind.NOTHING) {
            findings.wrongType(
                    pipelines, "`pipelines`", "a mapping", "put the steps under `default:`");
            return Optional.empty();
        }
        int before = findings.count();
        Fields fields = Fields.of(pipelines, findings).check(Level.PIPELINES);
        List<Value> lists = LIST_KEYS.stream().map(fields::get).flatMap(Optional::stream).toList();
        if (lists.isEmpty()) {
            if (findings.count() == before) {
                findings.error(
                        Code.NO_STEPS,
                        pipelines,
                        "`pipelines` has no steps",
                        "write a list of steps under `default:`");
            }
            return Optional.empty();
        }
        if (lists.size() > 1) {
            findings.error(
                    Code.TWO_PIPELINES,
                    lists.getLast(),
                    "`default` and `steps` are two spellings of one key",
                    "keep one of them");
        }
        wanted.filter(name -> !name.equals(NAME))
                .ifPresent(name ->
                        findings.error(
                                Code.UNKNOWN_PIPELINE,
                                pipelines,
                                "there is no pipeline " + Printable.quote(name),
                                "the pipelines of this file are: `" + NAME + "`"));
        return Optional.of(lists.getFirst());
    }

    private List<Step> steps(Value list, StepReader reader) {
        String key = list.path().endsWith("/steps") ? "`steps`" : "`default`";
        if (list.kind() == Kind.NOTHING || (list.kind() == Kind.LIST && list.items().isEmpty())) {
            findings.error(Code.NO_STEPS, list, key + " has no steps", STEP_HINT);
        } else if (list.kind() != Kind.LIST) {
            findings.wrongType(list, key, "a list of steps", STEP_HINT);
        }
        List<Value> entries = list.items();
        if (entries.size() > MOST_STEPS) {
            findings.error(
                    Code.TOO_MANY_STEPS,
                    list,
                    key + " has " + entries.size() + " steps; at most " + MOST_STEPS + " can run",
                    "put more commands into one step");
        }
        List<Step> steps = new ArrayList<>();
        int number = 0;
        for (Value entry : entries.subList(0, Math.min(entries.size(), MOST_STEPS))) {
            int next = ++number;
            step(entry).flatMap(value -> reader.read(value, next)).ifPresent(steps::add);
        }
        return steps;
    }

    /// What is under the `step` of an entry of the list.
    private Optional<Value> step(Value entry) {
        if (entry.kind() != Kind.MAPPING) {
            findings.wrongType(entry, "an entry of the list", "a step", STEP_HINT);
            return Optional.empty();
        }
        Fields fields = Fields.of(entry, findings);
        Optional<Value> step = fields.get("step");
        boolean hasStepKeys = fields.hasAny(Level.STEP.keys());
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
        int before = findings.count();
        fields.check(Level.ENTRY);
        if (step.isEmpty() && findings.count() == before) {
            findings.error(Code.MISSING_STEP, entry, "this entry has no `step`", STEP_HINT);
        }
        return step;
    }
}
