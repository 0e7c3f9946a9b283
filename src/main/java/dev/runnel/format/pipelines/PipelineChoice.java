package dev.runnel.format.pipelines;

import dev.runnel.condition.Globs;
import dev.runnel.format.Selection;
import dev.runnel.yaml.Fields;
import dev.runnel.yaml.Findings;
import dev.runnel.yaml.Printable;
import dev.runnel.yaml.Value;
import dev.runnel.yaml.Value.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Finds the lists of steps in a file, and the one that a run is for.
final class PipelineChoice {
    static final String DEFAULT = "default";

    private static final List<String> GLOBBED = List.of("branches", "tags", "pull-requests");
    private static final int MOST_NAMES = 10;

    private final Findings findings;

    /// One pipeline of the file.
    ///
    /// @param group `default`, `custom`, or one of those that globs are in
    /// @param key its own name or glob
    record Named(String group, String key, Value list) {
        /// What people call it: `default`, `nightly`, `branches/release/*`.
        String name() {
            return GLOBBED.contains(group) ? group + "/" + key : key;
        }
    }

    PipelineChoice(Findings findings) {
        this.findings = findings;
    }

    /// Every pipeline under `pipelines`, in the order of this list: default, custom, globs.
    List<Named> all(Value pipelines) {
        if (pipelines.kind() != Kind.MAPPING && pipelines.kind() != Kind.NOTHING) {
            findings.wrongType(
                    pipelines, "`pipelines`", "a mapping", "put the steps under `default:`");
            return List.of();
        }
        int before = findings.errors();
        Fields fields = Fields.of(pipelines, findings).check(Keys.PIPELINES, Keys.ALL);
        List<Value> usual =
                Stream.of("default", "steps").map(fields::get).flatMap(Optional::stream).toList();
        if (usual.size() > 1) {
            findings.error(
                    Code.TWO_PIPELINES,
                    usual.getLast(),
                    "`default` and `steps` are two spellings of one key",
                    "keep one of them");
        }
        List<Named> all = new ArrayList<>();
        usual.stream().limit(1).forEach(list -> all.add(new Named(DEFAULT, DEFAULT, list)));
        Stream.concat(Stream.of("custom"), GLOBBED.stream())
                .forEach(group ->
                        fields.get(group).ifPresent(value -> all.addAll(group(group, value))));
        if (all.isEmpty() && findings.errors() == before) {
            findings.error(
                    Code.NO_STEPS,
                    pipelines,
                    "`pipelines` has no steps",
                    "write a list of steps under `default:`");
        }
        return all;
    }

    private List<Named> group(String group, Value value) {
        List<Named> named = new ArrayList<>();
        if (value.kind() == Kind.NOTHING) {
            return named;
        }
        if (value.kind() != Kind.MAPPING) {
            findings.wrongType(
                    value,
                    "`" + group + "`",
                    "a mapping",
                    "write a name a line, and its steps below");
            return named;
        }
        Fields fields = Fields.of(value, findings);
        for (String key : fields.names()) {
            Value list = fields.get(key).orElseThrow();
            if (GLOBBED.contains(group) && !Globs.isPattern(key)) {
                findings.error(
                        Code.BAD_GLOB,
                        fields.key(key).orElseThrow(),
                        Printable.quote(key) + " is no pattern",
                        "close every `{` with a `}`");
            }
            named.add(new Named(group, key, list));
        }
        return named;
    }

    /// The one that is wanted; where there is none such, that is among the findings, and the one
    /// that comes out is read for its other faults only.
    Optional<Named> wanted(Value pipelines, Selection selection) {
        List<Named> all = all(pipelines);
        if (all.isEmpty()) {
            return Optional.empty();
        }
        Optional<Named> found =
                selection.pipeline().isPresent()
                        ? named(all, selection.pipeline().get())
                        : selection
                                .tag()
                                .flatMap(tag -> matching(all, "tags", tag))
                                .or(() ->
                                        selection
                                                .pullRequest()
                                                .flatMap(from ->
                                                        matching(all, "pull-requests", from)))
                                .or(() ->
                                        selection
                                                .branch()
                                                .flatMap(name -> matching(all, "branches", name)))
                                .or(() -> named(all, DEFAULT));
        if (found.isPresent()) {
            return found;
        }
        String names =
                all.stream()
                        .limit(MOST_NAMES)
                        .map(one -> Printable.quote(one.name()))
                        .collect(Collectors.joining(", "));
        String wanted = selection.pipeline().orElse(DEFAULT);
        findings.error(
                Code.UNKNOWN_PIPELINE,
                pipelines,
                "there is no pipeline " + Printable.quote(wanted),
                "the pipelines of this file are: "
                        + names
                        + (all.size() > MOST_NAMES ? ", …" : ""));
        return named(all, DEFAULT);
    }

    private static Optional<Named> named(List<Named> all, String name) {
        return all.stream().filter(one -> one.name().equals(name)).findFirst();
    }

    /// The one of exactly this name, else the first whose glob matches it.
    private static Optional<Named> matching(List<Named> all, String group, String name) {
        List<Named> candidates = all.stream().filter(one -> one.group().equals(group)).toList();
        return candidates.stream()
                .filter(one -> one.key().equals(name))
                .findFirst()
                .or(() ->
                        candidates.stream()
                                .filter(one -> Globs.matches(one.key(), name))
                                .findFirst());
    }
}
