package dev.runnel.yaml;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;

/// The keys of a mapping and what they lead to, with what `<<` merges into it. A key of the mapping
/// itself goes before a merged one, and of the merged ones the first.
public final class Fields {
    private final Findings findings;
    private final Map<String, Field> fields = new LinkedHashMap<>();
    private final Set<String> misspelt = new HashSet<>();

    private record Field(Value key, Value value) {}

    private Fields(Findings findings) {
        this.findings = findings;
    }

    /// The fields of a mapping. Keys that are there twice or are not text are among the findings;
    /// which keys may be there is asked later, with `check`.
    public static Fields of(Value mapping, Findings findings) {
        Fields fields = new Fields(findings);
        fields.collect(mapping);
        return fields;
    }

    public Optional<Value> get(String key) {
        return Optional.ofNullable(fields.get(key)).map(Field::value);
    }

    public boolean hasAny(Collection<String> keys) {
        return keys.stream().anyMatch(fields::containsKey);
    }

    /// Whether the author wrote this key, if only nearly. To be asked after `check`.
    public boolean isMeant(String key) {
        return fields.containsKey(key) || misspelt.contains(key);
    }

    public boolean has(String key) {
        return fields.containsKey(key);
    }

    /// The names of the keys, in the order of the file.
    public List<String> names() {
        return List.copyOf(fields.keySet());
    }

    /// A key as it is written, for a problem that is about the key and not about its value.
    public Optional<Value> key(String name) {
        return Optional.ofNullable(fields.get(name)).map(Field::key);
    }

    /// Tells of every key that this level does not have.
    ///
    /// @param all the levels of the file, outermost first
    public Fields check(Level level, List<Level> all) {
        fields.forEach((name, field) -> {
            if (!level.has(name) && !level.isOpen()) {
                refuse(name, field.key(), level, all);
            }
        });
        return this;
    }

    /// Tells that of two keys that say different things only one may be there.
    public void checkNotBoth(String one, String other, String hint) {
        if (has(one)) {
            key(other)
                    .ifPresent(key ->
                            findings.error(
                                    YamlCode.CONFLICTING_KEYS,
                                    key,
                                    "`" + one + "` and `" + other + "` cannot both be there",
                                    hint));
        }
    }

    private void refuse(String name, Value key, Level level, List<Level> all) {
        String quoted = Printable.quote(name);
        Optional<Level.Other> other = level.other(name);
        if (other.isPresent()) {
            String message = quoted + " is not supported yet";
            if (other.get().isHarmless()) {
                findings.warning(YamlCode.NOT_SUPPORTED, key, message, other.get().hint());
            } else {
                findings.error(YamlCode.NOT_SUPPORTED, key, message, other.get().hint());
            }
            return;
        }
        // finding out what somebody meant is too much work for keys that nobody will hear of
        String hint = findings.isFull() ? "" : hint(name, level, all);
        findings.error(
                YamlCode.UNKNOWN_KEY, key, "unknown key " + quoted + ' ' + level.where(), hint);
    }

    private String hint(String name, Level level, List<Level> all) {
        Optional<String> closest = Suggestions.closest(name, level.names());
        closest.ifPresent(misspelt::add);
        Optional<String> meant = closest.map(word -> "did you mean `" + word + "`?");
        if (closest.stream().anyMatch(word -> Suggestions.distance(name, word) == 1)) {
            return meant.orElseThrow();
        }
        return rightPlace(name, level, all)
                .map(other -> "`" + name + "` belongs " + other.where())
                .or(() -> meant)
                .orElseGet(() ->
                        level.names().stream()
                                .sorted()
                                .map(Printable::quote)
                                .collect(Collectors.joining(", ", "keys here: ", "")));
    }

    /// Where a key that stands here wrongly belongs: the nearest level that has it.
    private static Optional<Level> rightPlace(String key, Level level, List<Level> all) {
        return all.stream()
                .filter(other -> other.has(key))
                .min(
                        Comparator.comparingInt(
                                other -> Math.abs(all.indexOf(other) - all.indexOf(level))));
    }

    private void collect(Value mapping) {
        Map<String, Value> own = new HashMap<>();
        Optional<Value> merged = Optional.empty();
        for (NodeTuple pair : mapping.pairs()) {
            Value key = mapping.key(pair);
            if (!(key.node() instanceof ScalarNode)) {
                findings.wrongType(
                        key, "a key", "text", "put text that starts with `{` or `[` in quotes");
            } else if (own.putIfAbsent(key.scalar(), key) != null) {
                int first = own.getOrDefault(key.scalar(), key).place().line();
                findings.error(
                        YamlCode.DUPLICATE_KEY,
                        key,
                        "the key " + Printable.quote(key.scalar()) + " is there twice",
                        "the first one is on line " + first);
            } else if (key.node().getTag().equals(Tag.MERGE)) {
                merged = Optional.of(mapping.under(pair));
            } else {
                fields.putIfAbsent(key.scalar(), new Field(key, mapping.under(pair)));
            }
        }
        merged.ifPresent(value -> merge(mapping, value));
    }

    private void merge(Value mapping, Value value) {
        if (value.kind() == Value.Kind.LIST) {
            value.items().forEach(item -> mergeOne(mapping, item));
        } else {
            mergeOne(mapping, value);
        }
    }

    private void mergeOne(Value mapping, Value merged) {
        if (merged.kind() == Value.Kind.MAPPING) {
            collect(merged.at(mapping.path()));
        } else {
            findings.wrongType(
                    merged, "what `<<` merges", "a mapping", "merge an anchor: `<<: *name`");
        }
    }
}
