package dev.runnel.yaml;

import java.util.Locale;

/// A fault that a file can have.
public interface ProblemCode {
    /// The name of the constant: `UNKNOWN_KEY`.
    String name();

    /// The word for programs: `unknown-key`.
    default String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
