package dev.runnel.pipeline;

import java.util.List;
import java.util.stream.Stream;

/// One node of a pipeline: an image and the commands that run in it, all in one shell.
///
/// @param number position in the pipeline, from 1
/// @param name what people call it; never blank
/// @param image the container image
/// @param script the commands in order, at least one; command numbers are positions in this list,
///   from 1. For a [Setting.Job] the one line that people see
/// @param commit whether changes in the workspace are committed and pushed back after the step
///   succeeded
/// @param flow when it runs
/// @param attempts how often it is tried, and how long it may take
/// @param setting the place in which it runs
/// @param sidecars containers that run beside it
/// @param storage which files outlive its workspace
/// @param exchange what it takes from other steps and gives to them
public record Step(
        int number,
        String name,
        Image image,
        List<String> script,
        boolean commit,
        Flow flow,
        Attempts attempts,
        Setting setting,
        List<Sidecar> sidecars,
        Storage storage,
        Exchange exchange) {
    public Step {
        script = List.copyOf(script);
        sidecars = List.copyOf(sidecars);
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

    /// A step that takes nothing from others and gives them nothing.
    public Step(
            int number,
            String name,
            Image image,
            List<String> script,
            boolean commit,
            Flow flow,
            Attempts attempts,
            Setting setting,
            List<Sidecar> sidecars,
            Storage storage) {
        this(
                number,
                name,
                image,
                script,
                commit,
                flow,
                attempts,
                setting,
                sidecars,
                storage,
                Exchange.NONE);
    }

    /// A step that runs when the one before it succeeded, with nothing special.
    public Step(int number, String name, Image image, List<String> script, boolean commit) {
        this(
                number,
                name,
                image,
                script,
                commit,
                number > 1 ? Flow.after(List.of(number - 1)) : Flow.START,
                Attempts.ONCE,
                Setting.DEFAULT,
                List.of(),
                Storage.NONE,
                Exchange.NONE);
    }

    /// Whether it becomes a step for each of something, and has no container of its own.
    public boolean isSeveral() {
        return exchange.foreach().isPresent();
    }

    /// All its commands, those of the script and then those of the after-script; command numbers
    /// are positions in this list, from 1.
    public List<String> commands() {
        return Stream.concat(script.stream(), setting.afterScript().stream()).toList();
    }
}
