package dev.runnel.format.fxq;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One of the four mappings that a file is made of, and the keys that it may have.
///
/// @param where words that follow "unknown key `x`"
/// @param keys what this format reads
/// @param others keys that similar formats have here and this one has not yet, each with what to do
///   instead
record Level(String where, List<String> keys, Map<String, String> others) {
    private static final String REMOVE = "remove it";
    private static final String ONE_BY_ONE = "list its steps one after another";
    private static final String ONE_PIPELINE = "put the steps to run under `default`";

    /// The whole file.
    static final Level FILE =
            new Level(
                    "at the top of the file",
                    List.of("image", "pipelines"),
                    Map.of(
                            "clone", REMOVE,
                            "definitions", "put the anchor on the first step that uses it",
                            "export", REMOVE,
                            "labels", REMOVE,
                            "options", REMOVE,
                            "triggers", REMOVE));

    /// What is under `pipelines`.
    static final Level PIPELINES =
            new Level(
                    "under `pipelines`",
                    List.of("default", "steps"),
                    Map.of(
                            "bookmarks", ONE_PIPELINE,
                            "branches", ONE_PIPELINE,
                            "custom", ONE_PIPELINE,
                            "pull-requests", ONE_PIPELINE,
                            "tags", ONE_PIPELINE));

    /// An entry of the list of steps.
    static final Level ENTRY =
            new Level(
                    "beside `step`",
                    List.of("step"),
                    Map.of("parallel", ONE_BY_ONE, "stage", ONE_BY_ONE, "variables", REMOVE));

    /// What is under `step`.
    static final Level STEP =
            new Level(
                    "in a step",
                    List.of("commit", "image", "name", "script"),
                    Map.ofEntries(
                            Map.entry("after-script", "move its commands to the end of `script`"),
                            Map.entry("artifacts", "remove it; all steps share one directory"),
                            Map.entry("caches", REMOVE),
                            Map.entry("clone", REMOVE),
                            Map.entry("concurrency-group", REMOVE),
                            Map.entry("condition", REMOVE),
                            Map.entry("deployment", REMOVE),
                            Map.entry("environment", REMOVE),
                            Map.entry("fail-fast", REMOVE),
                            Map.entry("max-time", REMOVE),
                            Map.entry("oidc", REMOVE),
                            Map.entry("output-variables", REMOVE),
                            Map.entry("runs-on", REMOVE),
                            Map.entry("runtime", REMOVE),
                            Map.entry("services", REMOVE),
                            Map.entry("size", REMOVE),
                            Map.entry("trigger", REMOVE)));

    /// From the outermost to the innermost.
    static final List<Level> ALL = List.of(FILE, PIPELINES, ENTRY, STEP);

    Level {
        keys = List.copyOf(keys);
        others = Map.copyOf(others);
    }

    /// What to do instead of using this key, when it is one that this format has not yet.
    Optional<String> insteadOf(String key) {
        return Optional.ofNullable(others.get(key));
    }

    /// Where a key that stands here wrongly belongs: the nearest level that has it.
    Optional<Level> rightPlaceOf(String key) {
        return ALL.stream()
                .filter(level -> level.keys.contains(key))
                .min(Comparator.comparingInt(this::distance));
    }

    private int distance(Level other) {
        return Math.abs(ALL.indexOf(other) - ALL.indexOf(this));
    }
}
