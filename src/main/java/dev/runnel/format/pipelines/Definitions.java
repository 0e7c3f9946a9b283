package dev.runnel.format.pipelines;

import dev.runnel.pipeline.Sidecar;
import dev.runnel.pipeline.Storage.Cache;
import dev.runnel.yaml.Fields;
import dev.runnel.yaml.Findings;
import dev.runnel.yaml.Printable;
import dev.runnel.yaml.Scalars;
import dev.runnel.yaml.Suggestions;
import dev.runnel.yaml.Value;
import dev.runnel.yaml.Value.Kind;
import dev.runnel.yaml.YamlCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// The caches and services of a file, by name. Everything else under `definitions` is there for its
/// anchors.
final class Definitions {
    private static final String DOCKER = "docker";
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /// Caches that need no definition.
    static final Map<String, String> KNOWN_CACHES =
            Map.of(
                    "composer", "~/.composer/cache",
                    "dotnetcore", "~/.nuget/packages",
                    "gradle", "~/.gradle/caches",
                    "ivy2", "~/.ivy2/cache",
                    "maven", "~/.m2/repository",
                    "node", "node_modules",
                    "pip", "~/.cache/pip",
                    "sbt", "~/.sbt");

    private final Findings findings;
    private final Scalars scalars;
    private final ImageReader images;
    private final Map<String, Cache> caches = new HashMap<>();
    private final Map<String, Sidecar> services = new HashMap<>();
    // those with faults of their own, about which a step that uses them need not be told
    private final Set<String> faulty = new HashSet<>();

    Definitions(Findings findings) {
        this.findings = findings;
        this.scalars = new Scalars(findings);
        this.images = new ImageReader(findings);
        KNOWN_CACHES.forEach((name, path) -> caches.put(name, new Cache(name, path, List.of())));
    }

    void read(Value definitions) {
        if (definitions.kind() == Kind.NOTHING) {
            return;
        }
        Fields fields = mapping(definitions, "`definitions`");
        fields.get("caches")
                .map(value -> mapping(value, "`caches`"))
                .ifPresent(all -> all.names().forEach(name -> cache(name, all)));
        fields.get("services")
                .map(value -> mapping(value, "`services`"))
                .ifPresent(all -> all.names().forEach(name -> service(name, all)));
    }

    private Fields mapping(Value value, String what) {
        if (value.kind() != Kind.MAPPING && value.kind() != Kind.NOTHING) {
            findings.wrongType(value, what, "a mapping", "write a name a line, with a colon");
        }
        return Fields.of(value, findings);
    }

    private void cache(String name, Fields all) {
        Value value = all.get(name).orElseThrow();
        Optional<String> path;
        List<String> keyFiles = new ArrayList<>();
        if (value.kind() == Kind.MAPPING) {
            Fields fields = Fields.of(value, findings).check(Keys.CACHE, Keys.ALL);
            path = fields.get("path").flatMap(text -> scalars.line(text, "`path`"));
            fields.get("key")
                    .map(key -> mapping(key, "`key`").check(Keys.CACHE_KEY, Keys.ALL))
                    .flatMap(key -> key.get("files"))
                    .ifPresent(files -> {
                        for (Value entry : scalars.entries(files, "`files`")) {
                            SettingReader.glob(entry, "an entry of `files`", scalars, findings)
                                    .ifPresent(keyFiles::add);
                        }
                    });
            if (path.isEmpty() && !fields.isMeant("path")) {
                findings.error(
                        YamlCode.BAD_VALUE,
                        value,
                        "the cache " + Printable.quote(name) + " has no `path`",
                        "write `path:` with the folder to keep");
            }
        } else {
            path = scalars.line(value, "the cache " + Printable.quote(name));
        }
        Optional<String> folder = path.filter(text -> isFolder(text, value));
        folder.ifPresentOrElse(
                text -> caches.put(name, new Cache(name, text, keyFiles)), () -> faulty.add(name));
    }

    private boolean isFolder(String path, Value at) {
        if (!List.of(path.split("/", -1)).contains("..") && !path.contains("\\")) {
            return true;
        }
        findings.error(
                Code.ESCAPING_PATH,
                at,
                Printable.quote(path) + " may lead anywhere",
                "write the path of a folder without `..`");
        return false;
    }

    private void service(String name, Fields all) {
        Value value = all.get(name).orElseThrow();
        int before = findings.errors();
        Fields fields =
                mapping(value, "the service " + Printable.quote(name))
                        .check(Keys.SERVICE, Keys.ALL);
        Optional<ImageReader.Named> image = fields.get("image").flatMap(images::read);
        image.flatMap(ImageReader.Named::user).ifPresent(_ -> noUser(fields));
        Map<String, String> variables =
                fields.get("variables")
                        .map(map -> scalars.variables(map, "`variables`"))
                        .orElse(Map.of());
        Optional<Long> memory =
                fields.get("memory").flatMap(size -> scalars.size(size, "`memory`"));
        Optional<String> type =
                fields.get("type").flatMap(word -> scalars.word(word, "`type`", List.of(DOCKER)));
        Ready ready = fields.get("ready").map(this::ready).orElse(Ready.AT_ONCE);
        if (name.equals(DOCKER) || type.isPresent()) {
            return;
        }
        if (image.isEmpty() && !fields.isMeant("image") && findings.errors() == before) {
            findings.error(
                    Code.MISSING_IMAGE,
                    all.key(name).orElseThrow(),
                    "the service " + Printable.quote(name) + " has no image",
                    "add `image:` to it");
        }
        if (image.isEmpty() || findings.errors() > before) {
            faulty.add(name);
            return;
        }
        services.put(
                name,
                new Sidecar(
                        name,
                        image.get().of(0),
                        variables,
                        memory.map(OptionalLong::of).orElse(OptionalLong.empty()),
                        ready.command(),
                        ready.patience()));
    }

    private void noUser(Fields service) {
        findings.warning(
                YamlCode.NOT_SUPPORTED,
                service.get("image").orElseThrow(),
                "`run-as-user` of a service is not supported yet",
                "the service runs as the user of its image");
    }

    private record Ready(Optional<String> command, Duration patience) {
        static final Ready AT_ONCE = new Ready(Optional.empty(), PATIENCE);
    }

    private Ready ready(Value value) {
        if (value.kind() != Kind.MAPPING) {
            return new Ready(scalars.line(value, "`ready`"), PATIENCE);
        }
        Fields fields = Fields.of(value, findings).check(Keys.READY, Keys.ALL);
        return new Ready(
                fields.get("command").flatMap(text -> scalars.line(text, "`command`")),
                fields.get("timeout")
                        .flatMap(span -> scalars.duration(span, "`timeout`"))
                        .orElse(PATIENCE));
    }

    /// The services that a step names.
    List<Sidecar> services(Value names) {
        List<Sidecar> used = new ArrayList<>();
        for (Value entry : scalars.entries(names, "`services`")) {
            Optional<String> name = scalars.line(entry, "an entry of `services`");
            if (name.isEmpty() || faulty.contains(name.get())) {
                continue;
            }
            Optional<Sidecar> service = Optional.ofNullable(services.get(name.get()));
            if (service.isPresent()) {
                used.add(service.get());
            } else if (name.get().equals(DOCKER)) {
                findings.error(
                        YamlCode.NOT_SUPPORTED,
                        entry,
                        "the service `docker` is not supported yet",
                        "no step has an engine of its own; build images elsewhere");
            } else {
                unknown(Code.UNKNOWN_SERVICE, "service", entry, name.get(), services.keySet());
            }
        }
        return List.copyOf(new LinkedHashSet<>(used));
    }

    /// The caches that a step names.
    List<Cache> caches(Value names) {
        List<Cache> used = new ArrayList<>();
        for (Value entry : scalars.entries(names, "`caches`")) {
            Optional<String> name = scalars.line(entry, "an entry of `caches`");
            if (name.isEmpty() || faulty.contains(name.get())) {
                continue;
            }
            Optional<Cache> cache = Optional.ofNullable(caches.get(name.get()));
            if (cache.isPresent()) {
                used.add(cache.get());
            } else if (name.get().equals(DOCKER)) {
                findings.warning(
                        YamlCode.NOT_SUPPORTED,
                        entry,
                        "the cache `docker` is not supported yet",
                        "the engine of the installation keeps images by itself");
            } else {
                unknown(Code.UNKNOWN_CACHE, "cache", entry, name.get(), caches.keySet());
            }
        }
        return List.copyOf(new LinkedHashSet<>(used));
    }

    private void unknown(Code code, String what, Value at, String name, Set<String> known) {
        String hint = "add it to `definitions`, under `" + what + "s`";
        findings.error(
                code,
                at,
                "there is no " + what + ' ' + Printable.quote(name),
                findings.isFull()
                        ? ""
                        : Suggestions.closest(name, known)
                                .map(word -> "did you mean `" + word + "`?")
                                .orElse(hint));
    }
}
