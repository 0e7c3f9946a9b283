package dev.runnel.preview;

import dev.runnel.pipeline.Problem;
import java.util.List;
import java.util.Locale;

/// Problems as lines that terminals and editors can follow to their places.
final class ProblemText {
    private ProblemText() {}

    /// A line for each problem, and one that counts them.
    static String of(List<Problem> problems) {
        StringBuilder text = new StringBuilder();
        for (Problem problem : problems) {
            text.append(problem.file()).append(':');
            if (problem.line() > 0) {
                text.append(problem.line()).append(':').append(problem.column()).append(':');
            }
            text.append(' ').append(problem.severity().name().toLowerCase(Locale.ROOT));
            text.append(' ').append(problem.code()).append(": ").append(problem.message());
            if (!problem.hint().isEmpty()) {
                text.append(" (").append(problem.hint()).append(')');
            }
            text.append('\n');
        }
        long errors =
                problems.stream().filter(one -> one.severity() == Problem.Severity.ERROR).count();
        long warnings = problems.size() - errors;
        return text.append(count(errors, "error"))
                .append(", ")
                .append(count(warnings, "warning"))
                .append('\n')
                .toString();
    }

    private static String count(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
