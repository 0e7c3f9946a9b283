package dev.runnel.yaml;

/// The faults that any file can have, whatever it is about.
public enum YamlCode implements ProblemCode {
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
    BAD_VALUE,
    UNKNOWN_KEY,
    DUPLICATE_KEY,
    CONFLICTING_KEYS,
    NOT_SUPPORTED,
    TOO_MANY_PROBLEMS
}
