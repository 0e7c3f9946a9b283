package dev.runnel.format.fxq;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;

/// The keys of a mapping and what they lead to, with what `<<` merges into it. A key of the mapping
/// itself goes before a merged one, and of the merged ones the first.
final class Fields {
    private final Findings findings;
    private final Map<String, Field> fields = new LinkedHashMap<>();
    private final Set<String> misspelt = new HashSet<>();

    private record Field(Value key, Value value) {}

    private Fields(Findings findings) {
        this.findings = findings;
    }

    /// The fields of a mapping. Keys that are there twice or are not text are among the findings;
    /// which keys may be there is asked later, with `check`.
    static Fields of(Value mapping, Findings findings) {
        Fields fields = new Fields(findings);
        fields.collect(mapping);
        return fields;
    }

    Optional<Value> get(String key) {
        return Optional.ofNullable(fields.get(key)).map(Field::value);
    }

    boolean hasAny(Collection<String> keys) {
        return keys.stream().anyMatch(fields::containsKey);
    }

    /// Whether the author wrote this key, if only nearly. To be asked after `check`.
    boolean isMeant(String key) {
        return fields.containsKey(key) || misspelt.contains(key);
    }

    /// Tells of every key that this level does not have.
    Fields check(Level level) {
        fields.forEach((name, field) -> {
            if (!level.keys().contains(name)) {
                refuse(name, field.key(), level);
            }
        });
        return this;
    }

    private void refuse(String name, Value key, Level level) {
        String quoted = Printable.quote(name);
        Optional<String> instead = level.insteadOf(name);
        if (instead.isPresent()) {
            findings.error(
                    Code.NOT_SUPPORTED, key, quoted + " is not supported yet", instead.get());
            return;
        }
        // finding out what somebody meant is too much work for keys that nobody will hear of
        String hint = findings.isFull() ? "" : hint(name, level);
        findings.error(Code.UNKNOWN_KEY, key, "unknown key " + quoted + ' ' + level.where(), hint);
    }

    private String hint(String name, Level level) {
        Optional<String> closest = Suggestions.closest(name, level.keys());
        closest.ifPresent(misspelt::add);
        return closest.map(word -> "did you mean `" + word + "`?")
                .or(() ->
                        level.rightPlaceOf(name)
                                .map(other -> "`" + name + "` belongs " + other.where()))
                .orElseGet(() ->
                        level.keys().stream()
                                .map(Printable::quote)
                                .collect(Collectors.joining(", ", "keys here: ", "")));
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
                        Code.DUPLICATE_KEY,
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
