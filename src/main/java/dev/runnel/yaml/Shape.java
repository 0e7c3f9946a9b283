package dev.runnel.yaml;

import java.util.List;

/// What a value may be, for those who describe the file: a schema, an editor.
public sealed interface Shape {
    Shape TEXT = Plain.TEXT;
    Shape FLAG = Plain.FLAG;

    /// One scalar.
    enum Plain implements Shape {
        /// Text, or what stands for itself as text: a number, a date.
        TEXT,
        /// `true` or `false`.
        FLAG,
        /// A whole number that is not negative.
        WHOLE,
        /// A number that is not negative.
        NUMBER,
        /// `90s`, `5m`, `1h30m`.
        DURATION,
        /// `512m`, `2g`; a number counts mebibytes.
        SIZE,
        /// Whatever there is, lists and mappings included.
        ANYTHING
    }

    /// One of some words.
    record Word(List<String> words) implements Shape {
        public Word {
            words = List.copyOf(words);
        }
    }

    /// A list of such values.
    record ListOf(Shape items) implements Shape {}

    /// A mapping whose keys are the author's.
    record MapOf(Shape values) implements Shape {}

    /// A mapping with the keys of a level.
    record At(Level level) implements Shape {}

    /// One of these.
    record Either(List<Shape> shapes) implements Shape {
        public Either {
            shapes = List.copyOf(shapes);
        }
    }

    static Shape either(Shape... shapes) {
        return new Either(List.of(shapes));
    }

    static Shape word(String... words) {
        return new Word(List.of(words));
    }

    static Shape listOf(Shape items) {
        return new ListOf(items);
    }

    static Shape mapOf(Shape values) {
        return new MapOf(values);
    }
}
