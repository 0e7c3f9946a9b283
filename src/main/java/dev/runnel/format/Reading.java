package dev.runnel.format;

import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Problem;
import java.util.List;

/// What came of reading a pipeline file.
public sealed interface Reading {

    /// The file can run.
    ///
    /// @param warnings what its author should know all the same
    record Accepted(Pipeline pipeline, List<Problem> warnings) implements Reading {
        public Accepted {
            warnings = List.copyOf(warnings);
        }
    }

    /// The file cannot run.
    ///
    /// @param problems errors and warnings in the order of the file, at least one error
    record Refused(List<Problem> problems) implements Reading {
        public Refused {
            problems = List.copyOf(problems);
            if (problems.stream().noneMatch(p -> p.severity() == Problem.Severity.ERROR)) {
                throw new IllegalArgumentException("a refusal names at least one error");
            }
        }
    }
}
