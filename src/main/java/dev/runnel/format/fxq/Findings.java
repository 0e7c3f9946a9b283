package dev.runnel.format.fxq;

import dev.runnel.format.Reading;
import dev.runnel.format.fxq.FileText.Place;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The problems of one file, collected while it is read. A fault that aliases repeat is told once;
/// after a hundred problems only their number is kept.
final class Findings {
    private static final int MOST = 100;

    private final String file;
    private final List<Problem> problems = new ArrayList<>();
    private final Set<Told> told = new HashSet<>();
    private int count;
    private int untold;

    private record Told(Code code, Place place, String message) {}

    Findings(String file) {
        this.file = file;
    }

    void error(Code code, Place place, String path, String message, String hint) {
        count++;
        if (isFull()) {
            untold++;
        } else if (told.add(new Told(code, place, message))) {
            problems.add(problem(code, place, path, message, hint));
        }
    }

    void error(Code code, Value at, String message, String hint) {
        error(code, at.place(), at.path(), message, hint);
    }

    /// A value that is of another kind than it must be.
    ///
    /// @param what what the value is to people: ``` `image` ```, `command 2`
    /// @param expected what it must be
    void wrongType(Value value, String what, String expected, String hint) {
        error(
                Code.WRONG_TYPE,
                value,
                what + " is " + value.kind().words() + ", not " + expected,
                hint);
    }

    /// Whether further problems are only counted, so that no work should go into their words.
    boolean isFull() {
        return problems.size() >= MOST;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /// How many problems were met so far, those included that are not told of.
    int count() {
        return count;
    }

    /// What came of it.
    ///
    /// @param pipeline what was read, when all of it could be
    Reading toReading(Optional<Pipeline> pipeline) {
        if (isEmpty()) {
            return new Reading.Accepted(pipeline.orElseThrow(), List.of());
        }
        List<Problem> inOrder = new ArrayList<>(problems);
        inOrder.sort(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column));
        if (untold > 0) {
            Problem last = inOrder.getLast();
            inOrder.add(
                    problem(
                            Code.TOO_MANY_PROBLEMS,
                            new Place(last.line(), last.column()),
                            "",
                            "the file has " + untold + " more problems",
                            "correct these first"));
        }
        return new Reading.Refused(inOrder);
    }

    private Problem problem(Code code, Place place, String path, String message, String hint) {
        return new Problem(
                Problem.Severity.ERROR,
                code.word(),
                file,
                place.line(),
                place.column(),
                path,
                message,
                hint);
    }
}
