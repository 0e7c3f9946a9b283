package dev.runnel.format.pipelines;

import dev.runnel.yaml.ProblemCode;

/// The faults that only a pipeline file can have. Each is described, with an example, in
/// `docs/reference/pipeline-file.md`.
enum Code implements ProblemCode {
    MISSING_PIPELINES,
    TWO_PIPELINES,
    UNKNOWN_PIPELINE,
    NO_STEPS,
    TOO_MANY_STEPS,
    PIPELINE_TOO_LARGE,
    MISSING_STEP,
    BAD_INDENTATION,
    MISSING_IMAGE,
    BAD_IMAGE,
    PLAIN_PASSWORD,
    BAD_NAME,
    MISSING_SCRIPT,
    EMPTY_SCRIPT,
    BLANK_COMMAND,
    TOO_MANY_COMMANDS,
    COMMAND_TOO_LONG,
    ESCAPING_PATH,
    BAD_GLOB,
    BAD_EXPRESSION,
    UNKNOWN_STEP,
    OUTCOME_NOT_KNOWN,
    AMBIGUOUS_STEP,
    DUPLICATE_ID,
    CYCLE,
    EMPTY_MATRIX,
    MATRIX_TOO_LARGE,
    NAME_COLLISION,
    UNKNOWN_SERVICE,
    UNKNOWN_CACHE,
    MISSING_VARIABLE,
    VALUE_NOT_ALLOWED
}
