package dev.runnel.format.pipelines;

import dev.runnel.format.pipelines.FlowReader.Hold;
import dev.runnel.format.pipelines.FlowReader.Wish;
import dev.runnel.format.pipelines.ImageReader.Named;
import dev.runnel.pipeline.Attempts;
import dev.runnel.pipeline.Exchange;
import dev.runnel.pipeline.Setting;
import dev.runnel.pipeline.Setting.Job;
import dev.runnel.pipeline.Sidecar;
import dev.runnel.pipeline.Storage;
import dev.runnel.yaml.Fields;
import dev.runnel.yaml.Findings;
import dev.runnel.yaml.Printable;
import dev.runnel.yaml.Scalars;
import dev.runnel.yaml.Value;
import dev.runnel.yaml.Value.Kind;
import dev.runnel.yaml.YamlCode;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Reads what is under a `step`.
final class StepReader {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}");

    private static final int OVERHEAD = 100;

    /// A step as it is written, before a matrix makes several of it.
    ///
    /// @param at where it is
    /// @param cells of its matrix, at least one
    /// @param setting without the values of a cell
    record Draft(
            Value at,
            Optional<String> id,
            Optional<String> name,
            ImageReader.Named image,
            List<Map<String, String>> cells,
            List<String> script,
            boolean commit,
            Wish wish,
            Attempts attempts,
            Setting setting,
            List<Sidecar> sidecars,
            Storage storage,
            Exchange exchange) {

        Draft with(Wish other) {
            return new Draft(
                    at, id, name, image, cells, script, commit, other, attempts, setting, sidecars,
                    storage, exchange);
        }

        /// With the values of a cell among the variables.
        Setting settingOf(int cell) {
            if (cells.get(cell).isEmpty()) {
                return setting;
            }
            Map<String, String> environment = new HashMap<>(setting.environment());
            environment.putAll(cells.get(cell));
            return new Setting(
                    environment,
                    setting.workdir(),
                    setting.shell(),
                    setting.user(),
                    setting.network(),
                    setting.resources(),
                    setting.afterScript(),
                    setting.job(),
                    setting.folder());
        }

        /// Characters that are repeated for each cell.
        long size() {
            long size = OVERHEAD;
            for (String command : script) {
                size += command.length();
            }
            for (String command : setting.afterScript()) {
                size += command.length();
            }
            for (Map.Entry<String, String> variable : setting.environment().entrySet()) {
                size += variable.getKey().length() + variable.getValue().length();
            }
            for (Sidecar sidecar : sidecars) {
                for (String value : sidecar.environment().values()) {
                    size += value.length();
                }
            }
            return size;
        }
    }

    private final Findings findings;
    private final Scalars scalars;
    private final ScriptReader scripts;
    private final ImageReader images;
    private final MatrixReader matrices;
    private final FlowReader flows;
    private final SettingReader settings;
    private final Definitions definitions;
    private final boolean fileHasImage;
    private final Optional<Named> fileImage;
    private final Optional<Duration> usualTime;
    private final Optional<Hold> fileGroup;

    /// @param file the keys at the top of the file
    StepReader(Findings findings, Fields file) {
        this.findings = findings;
        this.scalars = new Scalars(findings);
        this.scripts = new ScriptReader(findings);
        this.images = new ImageReader(findings);
        this.matrices = new MatrixReader(findings);
        this.flows = new FlowReader(findings);
        this.definitions = new Definitions(findings);
        this.fileHasImage = file.has("image");
        this.fileImage = file.get("image").flatMap(images::read);
        file.get("definitions").ifPresent(definitions::read);
        this.fileGroup = file.get("concurrency-group").flatMap(flows::group);
        Optional<Fields> options = file.get("options").flatMap(this::options);
        this.usualTime = options.flatMap(all -> all.get("max-time")).flatMap(flows::minutes);
        this.settings =
                new SettingReader(
                        findings,
                        file.get("env")
                                .map(value -> scalars.variables(value, "`env`"))
                                .orElse(Map.of()),
                        options.flatMap(all -> all.get("size"))
                                .flatMap(new SettingReader(findings)::size),
                        file.get("clone"));
    }

    /// How many commits the steps that were read want to find.
    int history() {
        return settings.history();
    }

    private Optional<Fields> options(Value value) {
        if (value.kind() == Kind.NOTHING) {
            return Optional.empty();
        }
        if (value.kind() != Kind.MAPPING) {
            findings.wrongType(value, "`options`", "a mapping", "write `max-time: 30` below it");
            return Optional.empty();
        }
        Fields fields = Fields.of(value, findings).check(Keys.OPTIONS, Keys.ALL);
        if (flows.flag(fields, "docker").orElse(false)) {
            findings.error(
                    YamlCode.NOT_SUPPORTED,
                    fields.key("docker").orElseThrow(),
                    "`docker: true` is not supported yet",
                    "no step has an engine of its own; build images elsewhere");
        }
        return Optional.of(fields);
    }

    /// The step; empty when it has faults, which are then among the findings.
    ///
    /// @param number its position among the entries, for people
    /// @param defaults variables of the pipeline
    Optional<Draft> read(Value value, int number, Map<String, String> defaults) {
        if (value.kind() != Kind.MAPPING) {
            findings.wrongType(
                    value, "`step`", "a mapping", "indent `image:` and `script:` below `step:`");
            return Optional.empty();
        }
        int before = findings.errors();
        Fields fields = Fields.of(value, findings).check(Keys.STEP, Keys.ALL);
        Optional<String> name =
                fields.get("name").flatMap(text -> scalars.line(text, "`name`", Code.BAD_NAME));
        List<Map<String, String>> cells =
                fields.get("matrix").map(matrices::read).orElse(MatrixReader.ONE_CELL);
        Optional<Named> image =
                fields.has("image")
                        ? fields.get("image").flatMap(text -> images.read(text, cells))
                        : fileImage;
        if (!fields.isMeant("image") && !fileHasImage) {
            findings.error(
                    Code.MISSING_IMAGE,
                    value,
                    "step " + number + " has no image, and the file has none for all steps",
                    "add `image:` to the step or at the top of the file");
        }
        List<String> after =
                fields.get("after-script")
                        .map(list -> scripts.read(list, "`after-script`"))
                        .orElse(List.of());
        Setting setting = settings.read(fields, defaults, image.flatMap(Named::user), after);
        List<String> commands = commands(fields, value, number, setting.job());
        Wish wish = flows.read(fields);
        Exchange exchange =
                settings.exchange(fields, matrices.foreach(fields, wish.failFast().orElse(false)));
        Draft draft =
                new Draft(
                        value,
                        fields.get("id").flatMap(this::id),
                        name,
                        image.orElse(new Named(List.of(), Optional.empty())),
                        cells,
                        commands,
                        flows.flag(fields, "commit")
                                .filter(commits -> settings.mayCommit(fields, setting, commits))
                                .orElse(false),
                        wish,
                        flows.attempts(fields, usualTime),
                        setting,
                        fields.get("services").map(definitions::services).orElse(List.of()),
                        settings.storage(
                                fields,
                                fields.get("caches").map(definitions::caches).orElse(List.of()),
                                exchange.outputs().files()),
                        exchange);
        return findings.errors() == before && image.isPresent()
                ? Optional.of(draft)
                : Optional.empty();
    }

    /// The concurrency group that a run holds as a whole.
    Optional<Hold> fileGroup() {
        return fileGroup;
    }

    /// What a stage says of its steps.
    Wish stage(Fields fields) {
        return flows.read(fields);
    }

    Optional<Boolean> failFast(Fields fields) {
        return flows.flag(fields, "fail-fast");
    }

    private List<String> commands(Fields fields, Value step, int number, Optional<Job> job) {
        Optional<Value> script = fields.get("script");
        if (job.isPresent()) {
            return List.of(
                    Printable.line(
                            Stream.of(job.get().command(), job.get().arguments())
                                    .flatMap(List::stream)
                                    .collect(Collectors.joining(" "))));
        }
        if (script.isEmpty() && !fields.isMeant("script")) {
            findings.error(
                    Code.MISSING_SCRIPT,
                    step,
                    "step " + number + " has no `script`",
                    "add `script:` with a list of commands");
        }
        return script.map(list -> scripts.read(list, "`script`")).orElse(List.of());
    }

    private Optional<String> id(Value value) {
        Optional<String> id = scalars.line(value, "`id`");
        if (id.isPresent() && !ID.matcher(id.get()).matches()) {
            findings.error(
                    Code.BAD_NAME,
                    value,
                    "`id` cannot be " + Printable.quote(id.get()),
                    "use letters, digits, `-`, `_` and `.`");
        }
        return id;
    }
}
