package dev.runnel.yaml;

import dev.runnel.pipeline.Problem;
import dev.runnel.pipeline.Problem.Severity;
import dev.runnel.yaml.FileText.Place;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The problems of one file, collected while it is read. A fault that aliases repeat is told once;
/// after a hundred problems only their number is kept.
public final class Findings {
    private static final int MOST = 100;

    private final String file;
    private final String reference;
    private final List<Problem> problems = new ArrayList<>();
    private final Set<Told> told = new HashSet<>();
    private int count;
    private int untold;

    private record Told(ProblemCode code, Place place, String message) {}

    /// @param file name of the file, relative to the root of the repository
    /// @param reference the document that has a section for each code
    public Findings(String file, String reference) {
        this.file = file;
        this.reference = reference;
    }

    /// Notes something that the file cannot be used with.
    ///
    /// @param message one sentence for people, without its full stop; `hint` likewise, or empty
    public void error(ProblemCode code, Place place, String path, String message, String hint) {
        count++;
        note(Severity.ERROR, code, place, path, message, hint);
    }

    public void error(ProblemCode code, Value at, String message, String hint) {
        error(code, at.place(), at.path(), message, hint);
    }

    /// Notes something that the author should know; the file can be used.
    public void warning(ProblemCode code, Value at, String message, String hint) {
        note(Severity.WARNING, code, at.place(), at.path(), message, hint);
    }

    /// A value that is of another kind than it must be.
    ///
    /// @param what what the value is to people: ``` `image` ```, `command 2`
    /// @param expected what it must be
    public void wrongType(Value value, String what, String expected, String hint) {
        error(
                YamlCode.WRONG_TYPE,
                value,
                what + " is " + value.kind().words() + ", not " + expected,
                hint);
    }

    /// Whether further problems are only counted, so that no work should go into their words.
    public boolean isFull() {
        return problems.size() >= MOST;
    }

    public boolean hasErrors() {
        return count > 0;
    }

    /// How many errors were met so far, those included that are not told of.
    public int errors() {
        return count;
    }

    /// All that was found, in the order of the file.
    public List<Problem> problems() {
        List<Problem> inOrder = new ArrayList<>(problems);
        inOrder.sort(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column));
        if (untold > 0) {
            Problem last = inOrder.getLast();
            inOrder.add(
                    problem(
                            hasErrors() ? Severity.ERROR : Severity.WARNING,
                            YamlCode.TOO_MANY_PROBLEMS,
                            new Place(last.line(), last.column()),
                            "",
                            "the file has " + untold + " more problems",
                            "correct these first"));
        }
        return List.copyOf(inOrder);
    }

    private void note(
            Severity severity,
            ProblemCode code,
            Place place,
            String path,
            String message,
            String hint) {
        if (isFull()) {
            untold++;
        } else if (told.add(new Told(code, place, message))) {
            problems.add(problem(severity, code, place, path, message, hint));
        }
    }

    private Problem problem(
            Severity severity,
            ProblemCode code,
            Place place,
            String path,
            String message,
            String hint) {
        return new Problem(
                severity,
                code.word(),
                file,
                place.line(),
                place.column(),
                path,
                message,
                hint,
                reference + '#' + code.word());
    }
}
