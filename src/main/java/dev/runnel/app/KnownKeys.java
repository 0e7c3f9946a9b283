package dev.runnel.app;

import dev.runnel.problem.Spelling;
import io.quarkus.runtime.configuration.ConfigUtils;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.ConfigValidationException.Problem;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertyName;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;
import io.smallrye.config.SysPropConfigSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.spi.ConfigSource;

/// Refuses settings below `runnel` that nobody reads, so that a typo does not pass for a default.
/// Runs when the configuration is made and every mapping of every package is known; SmallRye's own
/// check knows nothing of the environment and guesses nothing.
public final class KnownKeys implements SmallRyeConfigBuilderCustomizer {
    private static final String PREFIX = "runnel";
    private static final String VARIABLE_PREFIX = "RUNNEL_";
    private static final Pattern INDEX = Pattern.compile("\\[\\d+]");
    private static final Pattern PROFILE = Pattern.compile("^%[^.]+\\.");
    private static final Pattern SEPARATOR = Pattern.compile("[^A-Za-z0-9*]");

    // read by the command line, the launcher and the tests, and no settings of the service
    private static final Set<String> OTHER_VARIABLES =
            Set.of("RUNNEL_SERVER", "RUNNEL_JAVA_OPTIONS", "RUNNEL_TEST_ENV");

    private final SortedSet<String> known;

    /// For the service loader.
    public KnownKeys() {
        this(Set.of());
    }

    KnownKeys(Set<String> known) {
        this.known = new TreeSet<>(known);
    }

    /// Last, when all mappings are there.
    @Override
    public int priority() {
        return Integer.MAX_VALUE;
    }

    @Override
    public void configBuilder(SmallRyeConfigBuilder builder) {
        Set<String> names =
                builder.getMappingsBuilder().getMappings().stream()
                        .filter(KnownKeys::isOurs)
                        .flatMap(mapping -> mapping.getProperties().keySet().stream())
                        .collect(Collectors.toSet());
        // a configuration without mappings is one that only looks a few settings up
        if (names.isEmpty()) {
            return;
        }
        Iterable<ConfigSource> sources = ConfigUtils.configBuilder().build().getConfigSources();
        List<String> problems = new KnownKeys(names).problemsIn(sources);
        if (!problems.isEmpty()) {
            throw new ConfigValidationException(
                    problems.stream().map(Problem::new).toArray(Problem[]::new));
        }
    }

    private static boolean isOurs(ConfigClass mapping) {
        return mapping.getPrefix().equals(PREFIX) || mapping.getPrefix().startsWith(PREFIX + ".");
    }

    /// One sentence for each unknown setting.
    List<String> problemsIn(Iterable<ConfigSource> sources) {
        return StreamSupport.stream(sources.spliterator(), false)
                .flatMap(this::problemsIn)
                .distinct()
                .sorted()
                .toList();
    }

    private Stream<String> problemsIn(ConfigSource source) {
        return source instanceof EnvConfigSource
                ? source.getPropertyNames().stream()
                        .filter(name -> name.startsWith(VARIABLE_PREFIX))
                        .filter(name -> !OTHER_VARIABLES.contains(name) && !isKnownVariable(name))
                        .map(name -> problem(name, "environment", variables()))
                : source.getPropertyNames().stream()
                        .map(name -> PROFILE.matcher(name).replaceFirst(""))
                        .filter(name -> name.startsWith(PREFIX + "."))
                        .filter(name -> !isKnown(name))
                        .map(name -> problem(name, nameOf(source), known));
    }

    private boolean isKnown(String name) {
        PropertyName wanted = new PropertyName(INDEX.matcher(name).replaceAll(""));
        // equal to a name with stars where a map has its keys
        return known.stream().anyMatch(key -> new PropertyName(plain(key)).equals(wanted));
    }

    private boolean isKnownVariable(String name) {
        return known.stream()
                .map(key -> variable(plain(key)).replace("*", "\\w+"))
                .anyMatch(pattern ->
                        name.replaceAll("_\\d+_?$", "").matches(pattern) || name.matches(pattern));
    }

    private static String plain(String key) {
        return key.replace("[*]", "");
    }

    private Set<String> variables() {
        return known.stream()
                .map(KnownKeys::variable)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String variable(String key) {
        return SEPARATOR.matcher(key).replaceAll("_").toUpperCase(Locale.ROOT);
    }

    private static String nameOf(ConfigSource source) {
        return source instanceof SysPropConfigSource
                ? "system property"
                // PropertiesConfigSource[source=file:/…]
                : source.getName().replaceFirst("^\\w+\\[source=(.*)]$", "$1");
    }

    private static String problem(String name, String place, Set<String> candidates) {
        Optional<String> meant = Spelling.closest(name, candidates);
        return name
                + " ("
                + place
                + ") is no setting of Runnel"
                + meant.map(word -> "; did you mean " + word + "?")
                        .orElse("; docs/reference/configuration.md has them all");
    }
}
