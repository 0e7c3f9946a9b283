package dev.runnel.format.pipelines;

import static dev.runnel.yaml.Shape.FLAG;
import static dev.runnel.yaml.Shape.Plain.DURATION;
import static dev.runnel.yaml.Shape.Plain.NUMBER;
import static dev.runnel.yaml.Shape.Plain.SIZE;
import static dev.runnel.yaml.Shape.Plain.WHOLE;
import static dev.runnel.yaml.Shape.TEXT;
import static dev.runnel.yaml.Shape.either;
import static dev.runnel.yaml.Shape.listOf;
import static dev.runnel.yaml.Shape.mapOf;
import static dev.runnel.yaml.Shape.word;

import dev.runnel.yaml.Key;
import dev.runnel.yaml.Level;
import dev.runnel.yaml.Level.Other;
import dev.runnel.yaml.Shape;
import dev.runnel.yaml.Shape.At;
import java.util.List;
import java.util.Map;

/// Every key of the language: what the reader accepts, what the schema says, and what the reference
/// has to name.
final class Keys {
    /// The sizes of a step, each with what it has in gibibytes.
    static final Map<String, Integer> SIZES =
            Map.of("1x", 4, "2x", 8, "4x", 16, "8x", 32, "16x", 64, "32x", 128);

    private static final Shape TEXTS = either(TEXT, listOf(TEXT));
    private static final Shape VARIABLES = mapOf(TEXT);
    private static final Shape COMMANDS = listOf(TEXT);
    private static final String GROUP = "What runs at the same time as nothing else of this name";
    private static final String REQUESTED = "nothing but a request starts a run";

    static final Level IMAGE =
            new Level(
                    "image",
                    "in an image",
                    List.of(
                            key("name", TEXT, "The reference of the image"),
                            key("run-as-user", TEXT, "User as which the commands run"),
                            key("username", TEXT, "Who pulls it: a name, or `$NAME` of a variable"),
                            key("password", TEXT, "`$NAME` of the variable with the password"),
                            key("email", TEXT, "Of the user; registries do not need it")),
                    Map.of("aws", Other.ignored("the logins of the installation are used")));

    private static final Shape AN_IMAGE = either(TEXT, new At(IMAGE));

    static final Level CLONE =
            new Level(
                    "clone",
                    "in `clone`",
                    List.of(
                            key(
                                    "depth",
                                    either(WHOLE, word("full")),
                                    "Commits to find; `1` if not said"),
                            key("enabled", FLAG, "Whether the code is there"),
                            key("lfs", FLAG, "Whether to fetch large files; only `false`")),
                    Map.of("skip-ssl-verify", Other.ignored("the installation decides it")));

    static final Level CACHE_KEY =
            new Level(
                    "cacheKey",
                    "in the key of a cache",
                    List.of(key("files", listOf(TEXT), "Globs of files that tell versions apart")));

    static final Level CACHE =
            new Level(
                    "cache",
                    "in a cache",
                    List.of(
                            key("path", TEXT, "The folder that is kept"),
                            key("key", new At(CACHE_KEY), "What tells one version from another")));

    static final Level READY =
            new Level(
                    "ready",
                    "in `ready`",
                    List.of(
                            key("command", TEXT, "Succeeds in the service once it is ready"),
                            key("timeout", DURATION, "How long that may take; `60s` if not said")));

    static final Level SERVICE =
            new Level(
                    "service",
                    "in a service",
                    List.of(
                            key("image", AN_IMAGE, "The image of the service"),
                            key("variables", VARIABLES, "Its environment"),
                            key("memory", SIZE, "Memory that it may use"),
                            key("ready", either(TEXT, new At(READY)), "When a step may start"),
                            key("type", TEXT, "Only `docker`, which no step can use")),
                    Map.of("ports", Other.ignored("steps reach every port at `localhost`")));

    static final Level DEFINITIONS =
            new Level(
                    "definitions",
                    "in `definitions`",
                    List.of(
                            key("caches", mapOf(either(TEXT, new At(CACHE))), "Folders by name"),
                            key("services", mapOf(new At(SERVICE)), "Services by name")),
                    Map.of(),
                    true);

    static final Level OPTIONS =
            new Level(
                    "options",
                    "in `options`",
                    List.of(
                            key("max-time", WHOLE, "Minutes for each step"),
                            key("size", word(sizes()), "Size of each step"),
                            key("docker", FLAG, "Only `false`: no step has an engine")),
                    Map.of("runtime", Other.ignored("steps run as the installation has them run")));

    static final Level CHANGESETS =
            new Level(
                    "changesets",
                    "in `changesets`",
                    List.of(
                            key("includePaths", TEXTS, "Globs of files, one of which changed"),
                            key("excludePaths", TEXTS, "Globs of files that do not count")));

    static final Level CONDITION =
            new Level(
                    "condition",
                    "in `condition`",
                    List.of(key("changesets", new At(CHANGESETS), "Files that have to change")));

    static final Level ARTIFACTS =
            new Level(
                    "artifacts",
                    "in `artifacts`",
                    List.of(
                            key("paths", listOf(TEXT), "Globs of files that are kept"),
                            key(
                                    "download",
                                    either(FLAG, listOf(TEXT)),
                                    "Whether the artifacts of earlier steps are there")),
                    Map.of("upload", Other.refused("list the globs under `paths`")));

    static final Level OUTPUTS = goods("outputs", "that are there afterwards", "that it writes");

    static final Level INPUTS = goods("inputs", "that have to be there", "that have to be set");

    static final Level FOREACH =
            new Level(
                    "foreach",
                    "in `foreach`",
                    List.of(
                            key("in", TEXTS, "Variable with a JSON list, or a list"),
                            key("as", TEXT, "Variable that holds the item; `ITEM` if not said"),
                            key("max-parallel", WHOLE, "How many run at a time")));

    static final Level MATRIX =
            new Level(
                    "matrix",
                    "in `matrix`",
                    List.of(
                            key("include", listOf(VARIABLES), "Further cells"),
                            key("exclude", listOf(VARIABLES), "Cells to leave out")),
                    Map.of(),
                    true);

    static final Level RETRY =
            new Level(
                    "retry",
                    "in `retry`",
                    List.of(
                            key("times", WHOLE, "How many further attempts there are"),
                            key("delay", DURATION, "How long to wait before the first of them"),
                            key("backoff", NUMBER, "What the delay grows by before each further"),
                            key(
                                    "reasons",
                                    listOf(word(FlowReader.REASONS.toArray(String[]::new))),
                                    "Reasons to try again; all if not said")));

    static final Level RESOURCES =
            new Level(
                    "resources",
                    "in `resources`",
                    List.of(
                            key("memory", SIZE, "Memory without swap"),
                            key("cpus", NUMBER, "Processors"),
                            key("processes", WHOLE, "Processes and threads")));

    private static final String NOT_YET = "remove it";

    static final Level STEP =
            new Level(
                    "step",
                    "in a step",
                    List.of(
                            key("id", TEXT, "A short word for `needs`"),
                            key("name", TEXT, "What people call the step"),
                            key("image", AN_IMAGE, "The image in which it runs"),
                            key("script", COMMANDS, "The commands"),
                            key("after-script", COMMANDS, "Commands that run after them, always"),
                            key("command", TEXTS, "A program in place of a script"),
                            key("arguments", TEXTS, "What the program, or the image's, is given"),
                            key("commit", FLAG, "Whether changes are committed and pushed"),
                            key("needs", TEXTS, "Steps that have to end before"),
                            key("matrix", new At(MATRIX), "Values to run it with, one by one"),
                            key(
                                    "foreach",
                                    either(TEXTS, new At(FOREACH)),
                                    "Items to run it for, each in a step of its own"),
                            key("when", either(TEXT, FLAG), "An expression that has to hold"),
                            key("condition", new At(CONDITION), "Files that have to change"),
                            key(
                                    "trigger",
                                    word("automatic", "manual"),
                                    "Whether it needs approval"),
                            key("finally", FLAG, "Whether it runs at the end, always"),
                            key("allow-failure", FLAG, "Whether the run goes on if it fails"),
                            key("fail-fast", FLAG, "Whether its failure stops its group"),
                            key("retry", either(WHOLE, new At(RETRY)), "Further attempts"),
                            key("max-time", WHOLE, "Minutes that it may take"),
                            key("timeout", DURATION, "How long it may take"),
                            key("command-timeout", DURATION, "How long each command may take"),
                            key("env", VARIABLES, "Variables of its commands"),
                            key("workdir", TEXT, "Folder in which it starts"),
                            key("shell", TEXT, "Path of the shell"),
                            key("network", TEXT, "Name of the network"),
                            key("size", word(sizes()), "Memory as a word"),
                            key("resources", new At(RESOURCES), "What it may use"),
                            key("isolate", FLAG, "Whether its changes are thrown away"),
                            key("services", TEXTS, "Names of services that run beside it"),
                            key("caches", TEXTS, "Names of caches that it uses"),
                            key(
                                    "artifacts",
                                    either(listOf(TEXT), new At(ARTIFACTS)),
                                    "Files that are kept"),
                            key(
                                    "outputs",
                                    either(TEXTS, new At(OUTPUTS)),
                                    "What it gives to others"),
                            key("inputs", either(TEXTS, new At(INPUTS)), "What it takes"),
                            key("output-variables", TEXTS, "The same as `variables` of `outputs`"),
                            key("clone", new At(CLONE), "What it finds of the code"),
                            key("runs-on", TEXTS, "Labels that the instance has to have"),
                            key("concurrency-group", TEXT, GROUP)),
                    Map.ofEntries(
                            Map.entry("deployment", Other.ignored("no deployments are recorded")),
                            Map.entry("docker", Other.refused("no step has an engine of its own")),
                            Map.entry("environment", Other.ignored("no deployments are recorded")),
                            Map.entry("oidc", Other.refused(NOT_YET)),
                            Map.entry("pipe", Other.refused("call the tool in a command")),
                            Map.entry(
                                    "runtime",
                                    Other.ignored("steps run as the installation has them run"))));

    private static final Level ONLY_STEP =
            new Level("onlyStep", "beside `step`", List.of(key("step", new At(STEP), "The step")));

    static final Level PARALLEL =
            new Level(
                    "parallel",
                    "in `parallel`",
                    List.of(
                            key("steps", listOf(new At(ONLY_STEP)), "The steps"),
                            key("fail-fast", FLAG, "Whether a failure stops the others")));

    static final Level STAGE =
            new Level(
                    "stage",
                    "in `stage`",
                    List.of(
                            key("name", TEXT, "What people call the stage"),
                            key("steps", listOf(new At(ONLY_STEP)), "Its steps, one after another"),
                            key("condition", new At(CONDITION), "As in a step, for all of them"),
                            key("when", either(TEXT, FLAG), "As in a step, for all of them"),
                            key("trigger", word("automatic", "manual"), "As in its first step"),
                            key("concurrency-group", TEXT, GROUP)),
                    Map.of(
                            "deployment",
                            Other.ignored("no deployments are recorded"),
                            "environment",
                            Other.ignored("no deployments are recorded")));

    static final Level VARIABLE =
            new Level(
                    "variable",
                    "in a variable",
                    List.of(
                            key("name", TEXT, "Its name"),
                            key("default", TEXT, "Its value when the request has none"),
                            key("allowed-values", listOf(TEXT), "The values that it may have"),
                            key("description", TEXT, "What it is for")));

    static final Level ENTRY =
            new Level(
                    "entry",
                    "beside `step`",
                    List.of(
                            key("step", new At(STEP), "A step"),
                            key(
                                    "parallel",
                                    either(listOf(new At(ONLY_STEP)), new At(PARALLEL)),
                                    "Steps that run at the same time"),
                            key("stage", new At(STAGE), "Steps that belong together"),
                            key("variables", listOf(new At(VARIABLE)), "What a request may say")));

    private static final Shape STEPS = listOf(new At(ENTRY));

    static final Level PIPELINES =
            new Level(
                    "pipelines",
                    "under `pipelines`",
                    List.of(
                            key("default", STEPS, "The steps when nothing else is asked for"),
                            key("steps", STEPS, "The older spelling of `default`"),
                            key("branches", mapOf(STEPS), "The steps for branches, by glob"),
                            key("tags", mapOf(STEPS), "The steps for tags, by glob"),
                            key("pull-requests", mapOf(STEPS), "The steps for branches to merge"),
                            key("custom", mapOf(STEPS), "Steps that a request names")),
                    Map.of("bookmarks", Other.ignored("git has none")));

    static final Level FILE =
            new Level(
                    "file",
                    "at the top of the file",
                    List.of(
                            key("image", AN_IMAGE, "The image of every step that names none"),
                            key("env", VARIABLES, "Variables of the commands of every step"),
                            key("options", new At(OPTIONS), "What holds for every step"),
                            key("clone", new At(CLONE), "What steps find of the code"),
                            key("definitions", new At(DEFINITIONS), "Caches, services, anchors"),
                            key("concurrency-group", TEXT, GROUP),
                            key("pipelines", new At(PIPELINES), "The lists of steps")),
                    Map.of(
                            "export", Other.ignored("other repositories cannot use this file"),
                            "labels", Other.ignored(REQUESTED),
                            "triggers", Other.ignored(REQUESTED)));

    /// From the outermost to the innermost.
    static final List<Level> ALL =
            List.of(
                    FILE,
                    PIPELINES,
                    ENTRY,
                    STEP,
                    PARALLEL,
                    STAGE,
                    VARIABLE,
                    IMAGE,
                    ARTIFACTS,
                    OUTPUTS,
                    INPUTS,
                    FOREACH,
                    MATRIX,
                    RETRY,
                    RESOURCES,
                    CONDITION,
                    CHANGESETS,
                    CLONE,
                    OPTIONS,
                    DEFINITIONS,
                    SERVICE,
                    READY,
                    CACHE,
                    CACHE_KEY,
                    ONLY_STEP);

    private Keys() {}

    private static Level goods(String name, String files, String variables) {
        return new Level(
                name,
                "in `" + name + "`",
                List.of(
                        key("files", TEXTS, "Globs of files " + files),
                        key("variables", TEXTS, "Variables " + variables)));
    }

    private static String[] sizes() {
        return SIZES.keySet().stream().sorted().toArray(String[]::new);
    }

    private static Key key(String name, Shape shape, String meaning) {
        return new Key(name, shape, meaning);
    }
}
