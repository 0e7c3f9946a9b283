package dev.runnel.pipeline;

/// One fault that a reader of a pipeline file found, with the place and what to do about it.
///
/// @param severity whether the file can run all the same
/// @param code stable, kebab-case, for programs: `unknown-key`, `wrong-type`, …
/// @param file name of the file, relative to the root of the repository
/// @param line line of the fault, from 1; 0 when the fault has no place in the file
/// @param column column of the fault in characters, from 1; 0 when it has no place
/// @param path where in the document, `/pipelines/default/0/step/image`; empty for the whole file
/// @param message what is wrong, one sentence for people
/// @param hint what to do about it, one sentence; empty when the message already says it
/// @param link where the reference tells more, relative to the documents of Runnel; empty when
///   nowhere
public record Problem(
        Severity severity,
        String code,
        String file,
        int line,
        int column,
        String path,
        String message,
        String hint,
        String link) {

    /// A problem of which no document tells more.
    public Problem(
            Severity severity,
            String code,
            String file,
            int line,
            int column,
            String path,
            String message,
            String hint) {
        this(severity, code, file, line, column, path, message, hint, "");
    }

    /// Whether a problem stops the file from running.
    public enum Severity {
        /// The file is refused.
        ERROR,
        /// The file runs; the author should know.
        WARNING
    }

    /// `fxq-pipeline.yml:3:5: message (hint)`, the form that terminals and editors can follow.
    public String toLine() {
        String place = line == 0 ? file : file + ":" + line + ":" + column;
        return place + ": " + message + (hint.isEmpty() ? "" : " (" + hint + ")");
    }
}
