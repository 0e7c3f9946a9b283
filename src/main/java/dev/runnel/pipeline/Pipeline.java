package dev.runnel.pipeline;

import java.util.List;

/// What one run executes: steps in order, each started when the one before it succeeded.
///
/// @param name the pipeline's name in its file, for example `default`
/// @param workspace absolute path inside every step's container at which the checkout is mounted;
///   also the directory in which the script starts
/// @param steps at least one; numbered from 1 without gaps
public record Pipeline(String name, String workspace, List<Step> steps) {
    public Pipeline {
        steps = List.copyOf(steps);
        if (steps.isEmpty()) {
            throw new IllegalArgumentException("a pipeline has at least one step");
        }
        for (int index = 0; index < steps.size(); index++) {
            if (steps.get(index).number() != index + 1) {
                throw new IllegalArgumentException("steps are numbered from 1 without gaps");
            }
        }
    }

    /// The step with this number.
    ///
    /// @throws IndexOutOfBoundsException when there is no such step
    public Step step(int number) {
        return steps.get(number - 1);
    }
}
