package dev.runnel.pipeline;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// What one run executes: a graph of steps.
///
/// @param name the pipeline's name in its file, for example `default`
/// @param workspace absolute path inside every step's container at which the checkout is mounted;
///   also the directory in which the script starts
/// @param steps at least one; numbered from 1 without gaps. A step may need later ones, but no step
///   needs itself, however many steps lie between
/// @param history how many commits, the checked out one included, the steps find of what led to it;
///   `Integer.MAX_VALUE` for all
/// @param placement where it runs
/// @param origin where its file comes from
public record Pipeline(
        String name,
        String workspace,
        List<Step> steps,
        int history,
        Placement placement,
        Origin origin) {
    /// Where steps see the files of their run unless a format says otherwise.
    public static final String USUAL_WORKSPACE = "/opt/fxquants/pipeline";

    /// A pipeline of which nobody knows where its file comes from, and whose steps find the commit
    /// that is checked out and none before it.
    public Pipeline(String name, String workspace, List<Step> steps, Placement placement) {
        this(name, workspace, steps, 1, placement, Origin.UNKNOWN);
    }

    /// A pipeline that runs anywhere.
    public Pipeline(String name, String workspace, List<Step> steps) {
        this(name, workspace, steps, Placement.ANYWHERE);
    }

    public Pipeline {
        steps = List.copyOf(steps);
        if (steps.isEmpty()) {
            throw new IllegalArgumentException("a pipeline has at least one step");
        }
        for (int index = 0; index < steps.size(); index++) {
            if (steps.get(index).number() != index + 1) {
                throw new IllegalArgumentException("steps are numbered from 1 without gaps");
            }
            checkNumbers(steps.get(index).flow().needs(), steps.size());
            checkNumbers(steps.get(index).flow().stops(), steps.size());
        }
        for (Placement.Group group : placement.groups()) {
            checkNumbers(group.steps(), steps.size());
        }
        if (inOrder(steps).size() < steps.size()) {
            throw new IllegalArgumentException("the steps need each other in a circle");
        }
    }

    /// The same pipeline, from there.
    public Pipeline from(Origin other) {
        return new Pipeline(name, workspace, steps, history, placement, other);
    }

    /// Where a pipeline file comes from.
    ///
    /// @param branch its name, when it is one
    /// @param tag its name, when it is one
    public record Origin(Optional<String> branch, Optional<String> tag) {
        /// Neither a branch nor a tag.
        public static final Origin UNKNOWN = new Origin(Optional.empty(), Optional.empty());
    }

    /// With further steps behind all others, which no other step needs.
    public Pipeline and(List<Step> more) {
        List<Step> all = new ArrayList<>(steps);
        all.addAll(more);
        return new Pipeline(name, workspace, all, history, placement, origin);
    }

    /// The step with this number.
    ///
    /// @throws IndexOutOfBoundsException when there is no such step
    public Step step(int number) {
        return steps.get(number - 1);
    }

    /// The steps so that each comes after all that it needs; else in the order of the file.
    public List<Step> inOrder() {
        return inOrder(steps);
    }

    private static void checkNumbers(List<Integer> numbers, int last) {
        if (numbers.stream().anyMatch(number -> number < 1 || number > last)) {
            throw new IllegalArgumentException("no step has one of the numbers " + numbers);
        }
    }

    /// Without the steps that lie on a circle or behind one.
    private static List<Step> inOrder(List<Step> steps) {
        int[] awaited = new int[steps.size() + 1];
        List<List<Step>> waiting = new ArrayList<>();
        for (int number = 0; number <= steps.size(); number++) {
            waiting.add(new ArrayList<>());
        }
        Deque<Step> ready = new ArrayDeque<>();
        for (Step step : steps) {
            awaited[step.number()] = step.flow().needs().size();
            step.flow().needs().forEach(need -> waiting.get(need).add(step));
            if (awaited[step.number()] == 0) {
                ready.add(step);
            }
        }
        List<Step> ordered = new ArrayList<>();
        while (!ready.isEmpty()) {
            Step step = ready.remove();
            ordered.add(step);
            for (Step next : waiting.get(step.number())) {
                if (--awaited[next.number()] == 0) {
                    ready.add(next);
                }
            }
        }
        return ordered;
    }
}
