package dev.runnel.yaml;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One of the mappings that a file is made of, and the keys that it may have.
///
/// @param name what it is called in a schema: `step`
/// @param where words that follow "unknown key `x`"
/// @param keys what is read here, each name once
/// @param others keys that similar formats have here and this one has not, each with what to do
///   about it
/// @param isOpen whether it may have keys that nobody reads, for anchors
public record Level(
        String name, String where, List<Key> keys, Map<String, Other> others, boolean isOpen) {

    /// A key that this format has not.
    ///
    /// @param isHarmless whether the file means the same without it, so that it runs
    /// @param hint what to do instead
    public record Other(boolean isHarmless, String hint) {
        /// Without it something else would happen than its author wants.
        public static Other refused(String hint) {
            return new Other(false, hint);
        }

        /// The file runs without it.
        public static Other ignored(String hint) {
            return new Other(true, hint);
        }
    }

    public Level {
        keys = List.copyOf(keys);
        others = Map.copyOf(others);
    }

    public Level(String name, String where, List<Key> keys, Map<String, Other> others) {
        this(name, where, keys, others, false);
    }

    public Level(String name, String where, List<Key> keys) {
        this(name, where, keys, Map.of(), false);
    }

    public List<String> names() {
        return keys.stream().map(Key::name).toList();
    }

    public boolean has(String key) {
        return keys.stream().anyMatch(known -> known.name().equals(key));
    }

    /// What to do about this key, when it is one that this format has not.
    Optional<Other> other(String key) {
        return Optional.ofNullable(others.get(key));
    }
}
