package dev.runnel.pipeline;

import java.util.List;

/// One node of a pipeline: an image and the commands that run in it, all in one shell.
///
/// @param number position in the pipeline, from 1
/// @param name what people call it; never blank
/// @param image the container image
/// @param script the commands in order, at least one; command numbers are positions in this list,
///   from 1
/// @param commit whether changes in the workspace are committed and pushed back after the step
///   succeeded
public record Step(int number, String name, Image image, List<String> script, boolean commit) {
    public Step {
        script = List.copyOf(script);
        if (number < 1) {
            throw new IllegalArgumentException("step numbers start at 1");
        }
        if (name.isBlank()) {
            throw new IllegalArgumentException("a step has a name");
        }
        if (script.isEmpty()) {
            throw new IllegalArgumentException("a step has at least one command");
        }
    }
}
