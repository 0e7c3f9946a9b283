package dev.runnel.pipeline;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// What one run executes: a graph of steps.
///
/// @param name the pipeline's name in its file, for example `default`
/// @param workspace absolute path inside every step's container at which the checkout is mounted;
///   also the directory in which the script starts
/// @param steps at least one; numbered from 1 without gaps. A step may need later ones, but no step
///   needs itself, however many steps lie between
/// @param history how many commits, the checked out one included, the steps find of what led to it;
///   `Integer.MAX_VALUE` for all
public record Pipeline(String name, String workspace, List<Step> steps, int history) {
    /// A pipeline whose steps find the commit that is checked out and none before it.
    public Pipeline(String name, String workspace, List<Step> steps) {
        this(name, workspace, steps, 1);
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
        if (inOrder(steps).size() < steps.size()) {
            throw new IllegalArgumentException("the steps need each other in a circle");
        }
    }

    /// With further steps behind all others, which no other step needs.
    public Pipeline and(List<Step> more) {
        List<Step> all = new ArrayList<>(steps);
        all.addAll(more);
        return new Pipeline(name, workspace, all);
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
