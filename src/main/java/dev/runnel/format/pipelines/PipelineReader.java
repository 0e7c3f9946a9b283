package dev.runnel.format.pipelines;

import dev.runnel.format.Selection;
import dev.runnel.format.pipelines.FlowReader.Hold;
import dev.runnel.format.pipelines.PipelineChoice.Named;
import dev.runnel.format.pipelines.StepReader.Draft;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Placement;
import dev.runnel.pipeline.Step;
import dev.runnel.yaml.Fields;
import dev.runnel.yaml.Findings;
import dev.runnel.yaml.Printable;
import dev.runnel.yaml.Value;
import dev.runnel.yaml.Value.Kind;
import dev.runnel.yaml.YamlCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Reads the tree of a file as a pipeline. Goes on after a fault as far as it can.
final class PipelineReader {
    /// Where every step finds the checkout.
    private static final String WORKSPACE = Pipeline.USUAL_WORKSPACE;

    private final Findings findings;
    private final PipelineChoice choice;
    private final Graph.Room room = new Graph.Room();

    PipelineReader(Findings findings) {
        this.findings = findings;
        this.choice = new PipelineChoice(findings);
    }

    /// The pipeline that a run is for; empty when there are errors among the findings.
    Optional<Pipeline> read(Value root, Selection selection) {
        Optional<Fields> file = file(root);
        Optional<Named> chosen =
                file.flatMap(this::pipelines)
                        .flatMap(pipelines -> choice.wanted(pipelines, selection));
        Optional<StepReader> reader = file.map(fields -> new StepReader(findings, fields));
        if (chosen.isEmpty() || reader.isEmpty()) {
            return Optional.empty();
        }
        List<Graph.Group> entries = entries(chosen.get(), reader.get(), Optional.of(selection));
        List<Step> steps = steps(chosen.get(), entries);
        Placement placement = placement(reader.get().fileGroup(), entries);
        return findings.hasErrors()
                ? Optional.empty()
                : Optional.of(
                        new Pipeline(
                                chosen.get().name(),
                                WORKSPACE,
                                steps,
                                reader.get().history(),
                                placement,
                                Pipeline.Origin.UNKNOWN));
    }

    /// Leaves what is wrong with any pipeline of the file among the findings.
    void check(Value root) {
        Optional<Fields> file = file(root);
        if (file.isEmpty()) {
            return;
        }
        StepReader reader = new StepReader(findings, file.get());
        pipelines(file.get())
                .ifPresent(value ->
                        choice.all(value)
                                .forEach(
                                        one -> steps(one, entries(one, reader, Optional.empty()))));
    }

    private Optional<Fields> file(Value root) {
        if (root.kind() != Kind.MAPPING) {
            findings.wrongType(
                    root, "the file", "a mapping", "write `image:` and `pipelines:` at the top");
            return Optional.empty();
        }
        Fields file = Fields.of(root, findings).check(Keys.FILE, Keys.ALL);
        if (!file.isMeant("pipelines")) {
            findings.error(
                    Code.MISSING_PIPELINES,
                    root,
                    "the file has no `pipelines`",
                    "write `pipelines:` with a list of steps under `default:`");
        }
        return Optional.of(file);
    }

    private Optional<Value> pipelines(Fields file) {
        return file.get("pipelines");
    }

    /// What its steps hold and ask for; numbers them as the graph does.
    private Placement placement(Optional<Hold> ofFile, List<Graph.Group> entries) {
        Set<String> labels = new TreeSet<>();
        List<Placement.Group> groups = new ArrayList<>();
        ofFile.ifPresent(hold -> groups.add(new Placement.Group(hold.name(), true, List.of())));
        Map<Value, List<Integer>> stages = new LinkedHashMap<>();
        Map<Value, Hold> held = new HashMap<>();
        int number = 0;
        List<Placement.Span> parallel = new ArrayList<>();
        for (Graph.Group entry : entries) {
            int before = number;
            for (Draft draft : entry.drafts()) {
                labels.addAll(draft.wish().labels());
                for (int cell = 0; cell < draft.cells().size(); cell++) {
                    number++;
                    Hold hold = draft.wish().group().orElse(null);
                    if (hold != null && hold.together()) {
                        held.put(hold.at(), hold);
                        stages.computeIfAbsent(hold.at(), _ -> new ArrayList<>()).add(number);
                    } else if (hold != null) {
                        groups.add(new Placement.Group(hold.name(), false, List.of(number)));
                    }
                }
            }
            if (number > before + 1) {
                parallel.add(new Placement.Span(before + 1, number));
            }
        }
        stages.forEach((at, steps) ->
                groups.add(
                        new Placement.Group(
                                Objects.requireNonNull(held.get(at)).name(), false, steps)));
        if (labels.size() > Placement.MOST_LABELS) {
            findings.error(
                    YamlCode.BAD_VALUE,
                    entries.getFirst().drafts().getFirst().at(),
                    "the steps ask for " + labels.size() + " labels together",
                    "all steps run on one instance; ask for "
                            + Placement.MOST_LABELS
                            + " at the most");
            return Placement.ANYWHERE;
        }
        return new Placement(labels, groups, parallel);
    }

    private List<Graph.Group> entries(
            Named named, StepReader reader, Optional<Selection> selection) {
        Value list = named.list();
        String key =
                list.path().endsWith("/steps") && named.group().equals(PipelineChoice.DEFAULT)
                        ? "`steps`"
                        : Printable.quote(named.key());
        List<Value> entries = list.items();
        if (list.kind() == Kind.NOTHING || (list.kind() == Kind.LIST && entries.isEmpty())) {
            findings.error(Code.NO_STEPS, list, key + " has no steps", EntryReader.STEP_HINT);
            return List.of();
        }
        if (list.kind() != Kind.LIST) {
            findings.wrongType(list, key, "a list of steps", EntryReader.STEP_HINT);
            return List.of();
        }
        if (entries.size() > Graph.MOST_STEPS) {
            findings.error(
                    Code.TOO_MANY_STEPS,
                    list,
                    key
                            + " has "
                            + entries.size()
                            + " steps; at most "
                            + Graph.MOST_STEPS
                            + " can run",
                    "put more commands into one step");
            return List.of();
        }
        int before = findings.errors();
        List<Graph.Group> groups = new EntryReader(findings, reader, selection).read(entries);
        boolean isWhole = findings.errors() == before;
        if (isWhole && groups.isEmpty()) {
            findings.error(Code.NO_STEPS, list, key + " has no steps", EntryReader.STEP_HINT);
            return List.of();
        }
        return isWhole ? groups : List.of();
    }

    private List<Step> steps(Named named, List<Graph.Group> groups) {
        return groups.isEmpty() ? List.of() : new Graph(findings, room, named.list()).steps(groups);
    }
}
