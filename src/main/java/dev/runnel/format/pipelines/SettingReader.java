package dev.runnel.format.pipelines;

import dev.runnel.condition.Globs;
import dev.runnel.pipeline.Exchange;
import dev.runnel.pipeline.Exchange.Foreach;
import dev.runnel.pipeline.Exchange.Goods;
import dev.runnel.pipeline.Setting;
import dev.runnel.pipeline.Setting.Folder;
import dev.runnel.pipeline.Setting.Job;
import dev.runnel.pipeline.Setting.Resources;
import dev.runnel.pipeline.Storage;
import dev.runnel.pipeline.Storage.Cache;
import dev.runnel.yaml.Fields;
import dev.runnel.yaml.Findings;
import dev.runnel.yaml.Level;
import dev.runnel.yaml.Printable;
import dev.runnel.yaml.Scalars;
import dev.runnel.yaml.Value;
import dev.runnel.yaml.Value.Kind;
import dev.runnel.yaml.YamlCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Reads the place in which a step runs, and which of its files outlive it.
final class SettingReader {
    private static final long GIBIBYTE = 1L << 30;
    private static final int MOST_VARIABLES = 100;
    private static final String RESERVED = "RUNNEL_";
    private static final int MOST_CPUS = 1_024;
    private static final int MOST_PROCESSES = 1_000_000;
    private static final int MOST_COMMITS = 1_000_000;
    private static final Pattern SHELL = Pattern.compile("/[^\\s:\\\\]*");
    private static final Pattern NETWORK = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]*");

    private final Findings findings;
    private final Scalars scalars;
    private final FlowReader flows;
    private final Map<String, String> environment;
    private final Optional<String> usualSize;
    private final Cloning usualCloning;
    private int history = 1;

    /// What `clone` says.
    ///
    /// @param enabled whether a step finds the code
    /// @param depth commits that it wants to find
    private record Cloning(Optional<Boolean> enabled, Optional<Integer> depth) {
        static final Cloning UNSAID = new Cloning(Optional.empty(), Optional.empty());
    }

    /// For sizes alone.
    SettingReader(Findings findings) {
        this(findings, Map.of(), Optional.empty(), Optional.empty());
    }

    /// @param environment variables of every step
    /// @param usualSize size of a step that says nothing
    /// @param clone what the file says for steps that say nothing
    SettingReader(
            Findings findings,
            Map<String, String> environment,
            Optional<String> usualSize,
            Optional<Value> clone) {
        this.findings = findings;
        this.scalars = new Scalars(findings);
        this.flows = new FlowReader(findings);
        this.environment = Map.copyOf(environment);
        this.usualSize = usualSize;
        this.usualCloning = clone.map(this::cloning).orElse(Cloning.UNSAID);
    }

    private Cloning cloning(Value value) {
        if (value.kind() != Kind.MAPPING) {
            findings.wrongType(value, "`clone`", "a mapping", "write `depth: full` or remove it");
            return Cloning.UNSAID;
        }
        Fields fields = Fields.of(value, findings).check(Keys.CLONE, Keys.ALL);
        if (flows.flag(fields, "lfs").orElse(false)) {
            findings.error(
                    YamlCode.NOT_SUPPORTED,
                    fields.key("lfs").orElseThrow(),
                    "`lfs: true` is not supported yet",
                    "fetch large files in a command");
        }
        return new Cloning(flows.flag(fields, "enabled"), fields.get("depth").flatMap(this::depth));
    }

    private Optional<Integer> depth(Value value) {
        return value.scalar().equals("full")
                ? Optional.of(Integer.MAX_VALUE)
                : scalars.whole(value, "`depth`", 1, MOST_COMMITS);
    }

    /// How many commits the steps that were read want to find.
    int history() {
        return history;
    }

    private Folder folder(Fields fields) {
        Cloning own = fields.get("clone").map(this::cloning).orElse(Cloning.UNSAID);
        if (!own.enabled().or(usualCloning::enabled).orElse(true)) {
            return Folder.EMPTY;
        }
        history = Math.max(history, own.depth().or(usualCloning::depth).orElse(1));
        return flows.flag(fields, "isolate").orElse(false) ? Folder.COPY : Folder.SHARED;
    }

    /// Whether a step may commit, which it cannot without the code.
    boolean mayCommit(Fields fields, Setting setting, boolean commits) {
        if (!commits || setting.folder() != Folder.EMPTY) {
            return true;
        }
        findings.error(
                YamlCode.CONFLICTING_KEYS,
                fields.key("commit").orElseThrow(),
                "a step without the code has nothing to commit",
                "remove `commit`, or write `clone: { enabled: true }` in the step");
        return false;
    }

    /// @param user user that the image is to have
    /// @param afterScript its commands
    Setting read(
            Fields fields,
            Map<String, String> defaults,
            Optional<String> user,
            List<String> afterScript) {
        Map<String, String> variables = defaults;
        if (!environment.isEmpty() || fields.has("env")) {
            variables = new HashMap<>(defaults);
            variables.putAll(environment);
            fields.get("env")
                    .map(value -> scalars.variables(value, "`env`"))
                    .ifPresent(variables::putAll);
        }
        return new Setting(
                variables,
                fields.get("workdir").flatMap(value -> path(value, "`workdir`")),
                fields.get("shell")
                        .flatMap(value -> matching(value, "`shell`", SHELL, "/bin/bash")),
                user,
                fields.get("network")
                        .flatMap(value -> matching(value, "`network`", NETWORK, "backend")),
                resources(fields),
                afterScript,
                job(fields),
                folder(fields));
    }

    private Optional<String> matching(Value value, String what, Pattern form, String example) {
        Optional<String> text = scalars.line(value, what);
        if (text.isPresent() && !form.matcher(text.get()).matches()) {
            String message = what + " cannot be " + Printable.quote(text.get());
            findings.error(YamlCode.BAD_VALUE, value, message, "write it as `" + example + "`");
            return Optional.empty();
        }
        return text;
    }

    private Resources resources(Fields fields) {
        Optional<Long> memory =
                fields.get("size")
                        .flatMap(this::size)
                        .or(() -> usualSize)
                        .map(size -> Keys.SIZES.getOrDefault(size, 1) * GIBIBYTE);
        Optional<Value> value = fields.get("resources");
        if (value.isEmpty()) {
            return resources(memory, Optional.empty(), Optional.empty());
        }
        if (value.get().kind() != Kind.MAPPING) {
            findings.wrongType(
                    value.get(), "`resources`", "a mapping", "write `memory: 512m` below it");
            return Resources.UNSAID;
        }
        Fields own = Fields.of(value.get(), findings).check(Keys.RESOURCES, Keys.ALL);
        return resources(
                own.get("memory").flatMap(size -> scalars.size(size, "`memory`")).or(() -> memory),
                own.get("cpus")
                        .flatMap(number -> scalars.number(number, "`cpus`", 0.01, MOST_CPUS)),
                own.get("processes")
                        .flatMap(
                                number -> scalars.whole(number, "`processes`", 1, MOST_PROCESSES)));
    }

    private static Resources resources(
            Optional<Long> memory, Optional<Double> cpus, Optional<Integer> processes) {
        return new Resources(
                memory.map(OptionalLong::of).orElse(OptionalLong.empty()),
                cpus.map(OptionalDouble::of).orElse(OptionalDouble.empty()),
                processes.map(OptionalInt::of).orElse(OptionalInt.empty()));
    }

    Optional<String> size(Value value) {
        return scalars.word(value, "`size`", Keys.SIZES.keySet().stream().sorted().toList());
    }

    private Optional<Job> job(Fields fields) {
        if (!fields.has("command") && !fields.has("arguments")) {
            return Optional.empty();
        }
        fields.checkNotBoth("script", "command", "keep one of them");
        fields.checkNotBoth("script", "arguments", "keep one of them");
        List<String> command = words(fields, "command");
        List<String> arguments = words(fields, "arguments");
        if (command.isEmpty() && arguments.isEmpty()) {
            findings.error(
                    YamlCode.BAD_VALUE,
                    fields.get("command").or(() -> fields.get("arguments")).orElseThrow(),
                    "the step has nothing to run",
                    "write the program and what it is given: `command: [make, all]`");
        }
        return Optional.of(new Job(command, arguments));
    }

    private List<String> words(Fields fields, String key) {
        List<String> words = new ArrayList<>();
        fields.get(key)
                .ifPresent(value -> {
                    for (Value entry : scalars.entries(value, "`" + key + "`")) {
                        scalars.variable(entry, "an entry of `" + key + "`").ifPresent(words::add);
                    }
                });
        return words;
    }

    /// @param caches those that the step uses
    /// @param outputs globs of files that the step gives to others, which are stored as well
    Storage storage(Fields fields, List<Cache> caches, List<String> outputs) {
        Storage storage = storage(fields, caches);
        return outputs.isEmpty()
                ? storage
                : new Storage(
                        Stream.concat(storage.artifacts().stream(), outputs.stream())
                                .distinct()
                                .toList(),
                        storage.download(),
                        storage.caches());
    }

    private Storage storage(Fields fields, List<Cache> caches) {
        Optional<Value> artifacts = fields.get("artifacts");
        if (artifacts.isEmpty()) {
            return caches.isEmpty() ? Storage.NONE : new Storage(List.of(), true, caches);
        }
        if (artifacts.get().kind() != Kind.MAPPING) {
            return new Storage(globs(artifacts.get(), "`artifacts`"), true, caches);
        }
        Fields object = Fields.of(artifacts.get(), findings).check(Keys.ARTIFACTS, Keys.ALL);
        return new Storage(
                object.get("paths").map(value -> globs(value, "`paths`")).orElse(List.of()),
                object.get("download").map(this::download).orElse(true),
                caches);
    }

    /// What a step takes from others and gives to them.
    Exchange exchange(Fields fields, Optional<Foreach> foreach) {
        Goods outputs = goods(fields, "outputs", Keys.OUTPUTS);
        List<String> variables = new ArrayList<>(outputs.variables());
        fields.get("output-variables")
                .map(value -> names(value, "`output-variables`"))
                .ifPresent(variables::addAll);
        return new Exchange(
                goods(fields, "inputs", Keys.INPUTS),
                new Goods(outputs.files(), variables.stream().distinct().toList()),
                foreach);
    }

    private Goods goods(Fields fields, String key, Level level) {
        Optional<Value> value = fields.get(key);
        if (value.isEmpty() || value.get().kind() != Kind.MAPPING) {
            return value.map(list -> new Goods(globs(list, "`" + key + "`"), List.of()))
                    .orElse(Goods.NONE);
        }
        Fields object = Fields.of(value.get(), findings).check(level, Keys.ALL);
        return new Goods(
                object.get("files").map(files -> globs(files, "`files`")).orElse(List.of()),
                object.get("variables").map(all -> names(all, "`variables`")).orElse(List.of()));
    }

    /// Names of variables that steps may give.
    private List<String> names(Value value, String what) {
        List<String> names = new ArrayList<>();
        List<Value> entries = scalars.entries(value, what);
        if (entries.size() > MOST_VARIABLES) {
            findings.error(
                    YamlCode.BAD_VALUE,
                    value,
                    what + " has more than " + MOST_VARIABLES + " variables",
                    "put many values into a file");
            return names;
        }
        for (Value entry : entries) {
            Optional<String> name =
                    scalars.line(entry, "an entry of " + what)
                            .filter(text -> scalars.isVariableName(text, entry));
            if (name.isPresent() && name.get().startsWith(RESERVED)) {
                findings.error(
                        YamlCode.BAD_VALUE,
                        entry,
                        Printable.quote(name.get()) + " cannot be given by a step",
                        "names that begin with `" + RESERVED + "` are Runnel's own");
            } else {
                name.ifPresent(names::add);
            }
        }
        return names;
    }

    private boolean download(Value value) {
        if (value.kind() == Kind.LIST) {
            findings.warning(
                    YamlCode.NOT_SUPPORTED,
                    value,
                    "a choice of artifacts is not supported yet",
                    "all artifacts of the steps before it are there");
            return true;
        }
        return scalars.flag(value, "`download`").orElse(true);
    }

    private List<String> globs(Value value, String what) {
        List<String> globs = new ArrayList<>();
        for (Value entry : scalars.entries(value, what)) {
            glob(entry, "an entry of " + what, scalars, findings).ifPresent(globs::add);
        }
        return globs;
    }

    /// A glob over paths of the workspace.
    static Optional<String> glob(Value value, String what, Scalars scalars, Findings findings) {
        Optional<String> glob =
                scalars.line(value, what)
                        .filter(text -> inside(value, text, findings))
                        .map(text -> text.startsWith("./") ? text.substring(2) : text);
        if (glob.isPresent() && !Globs.isPattern(glob.get())) {
            findings.error(
                    Code.BAD_GLOB,
                    value,
                    Printable.quote(glob.get()) + " is no pattern",
                    "close every `{` with a `}`");
            return Optional.empty();
        }
        return glob;
    }

    /// A path in the workspace.
    private Optional<String> path(Value value, String what) {
        return scalars.line(value, what).filter(text -> inside(value, text, findings));
    }

    private static boolean inside(Value value, String path, Findings findings) {
        boolean isInside =
                !path.startsWith("/")
                        && !path.startsWith("~")
                        && !path.contains("\\")
                        && !List.of(path.split("/", -1)).contains("..");
        if (!isInside) {
            findings.error(
                    Code.ESCAPING_PATH,
                    value,
                    Printable.quote(path) + " may lead out of the workspace",
                    "write a path relative to the root of the repository, without `..`");
        }
        return isInside;
    }
}
