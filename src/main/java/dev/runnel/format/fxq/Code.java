package dev.runnel.format.fxq;

import java.util.Locale;

/// The faults that a file can have. Each is described, with an example, in
/// `docs/reference/pipeline-file.md`.
enum Code {
    FILE_TOO_LARGE,
    NOT_UTF8,
    BAD_CHARACTER,
    BAD_YAML,
    TAB_INDENTATION,
    EMPTY_FILE,
    NESTING_TOO_DEEP,
    RECURSIVE_ALIAS,
    ALIAS_BOMB,
    WRONG_TYPE,
    UNKNOWN_KEY,
    DUPLICATE_KEY,
    NOT_SUPPORTED,
    BAD_INDENTATION,
    MISSING_PIPELINES,
    TWO_PIPELINES,
    UNKNOWN_PIPELINE,
    NO_STEPS,
    TOO_MANY_STEPS,
    MISSING_STEP,
    MISSING_IMAGE,
    BAD_IMAGE,
    BAD_NAME,
    MISSING_SCRIPT,
    EMPTY_SCRIPT,
    BLANK_COMMAND,
    TOO_MANY_COMMANDS,
    COMMAND_TOO_LONG,
    TOO_MANY_PROBLEMS;

    /// The word for programs: `unknown-key`.
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
