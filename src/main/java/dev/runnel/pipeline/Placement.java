package dev.runnel.pipeline;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// On which instance a pipeline runs, and beside which other runs.
///
/// @param labels what the instance has to have, for all steps together: they share one workspace
/// @param groups the concurrency groups of its steps; a step is in one of each kind at the most
/// @param parallel the steps that the file has run at the same time, in the order of their numbers
public record Placement(Set<String> labels, List<Group> groups, List<Span> parallel) {
    /// How many labels there may be.
    public static final int MOST_LABELS = 50;

    /// Anywhere, beside anything.
    public static final Placement ANYWHERE = new Placement(Set.of(), List.of(), List.of());

    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    public Placement {
        labels = Set.copyOf(labels);
        groups = List.copyOf(groups);
        parallel = List.copyOf(parallel);
    }

    /// Without steps that run at the same time.
    public Placement(Set<String> labels, List<Group> groups) {
        this(labels, groups, List.of());
    }

    /// The steps beside which a step runs, itself among them.
    public Optional<Span> beside(int step) {
        return parallel.stream()
                .filter(span -> span.first() <= step && step <= span.last())
                .findFirst();
    }

    /// Steps with numbers from the first to the last, both included.
    public record Span(int first, int last) {
        /// How many these are.
        public int size() {
            return last - first + 1;
        }
    }

    /// Whether this can be a label: 1 to 63 letters, digits, `.`, `_` and `-`, the first one a
    /// letter or a digit.
    public static boolean isLabel(String text) {
        return LABEL.matcher(text).matches();
    }

    /// Steps that hold a concurrency group together: from the start of the first of them until all
    /// are over.
    ///
    /// @param name as the file says it; `${NAME}` stands for a variable
    /// @param ofRun whether it is the run as a whole that holds it; groups of runs and groups of
    ///   steps never meet, whatever they are called
    /// @param steps numbers, ascending, at least one; empty when it is the run
    public record Group(String name, boolean ofRun, List<Integer> steps) {
        public Group {
            steps = List.copyOf(steps);
            if (ofRun != steps.isEmpty()) {
                throw new IllegalArgumentException("a group is of the run or of some steps");
            }
        }
    }
}
