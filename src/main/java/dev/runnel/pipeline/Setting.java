package dev.runnel.pipeline;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// The place in which a step's commands run, as far as the pipeline says something about it.
///
/// @param environment variables of every command, with the defaults of the pipeline's variables and
///   the values of a matrix; a request's variables go before them
/// @param workdir directory in which the script starts, relative to the workspace; empty: its root
/// @param shell absolute path inside the image of the shell that reads the script; empty: `/bin/sh`
/// @param user user, or `user:group`, by number or name, as which the commands run; empty: the
///   image's
/// @param network name of the network, as the installation's configuration knows it; empty: its
///   default
/// @param resources what the step may use, where that is less than what the installation gives
/// @param afterScript commands that run after the script whatever became of it, in a shell of their
///   own; their exit codes decide nothing
/// @param job what runs instead of the script's commands when the image's own program is the job
/// @param folder where the step works
public record Setting(
        Map<String, String> environment,
        Optional<String> workdir,
        Optional<String> shell,
        Optional<String> user,
        Optional<String> network,
        Resources resources,
        List<String> afterScript,
        Optional<Job> job,
        Folder folder) {
    /// Nothing special.
    public static final Setting DEFAULT =
            new Setting(
                    Map.of(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Resources.UNSAID,
                    List.of(),
                    Optional.empty(),
                    Folder.SHARED);

    public Setting {
        environment = Map.copyOf(environment);
        afterScript = List.copyOf(afterScript);
    }

    /// The same with other variables.
    public Setting with(Map<String, String> variables) {
        return new Setting(
                variables, workdir, shell, user, network, resources, afterScript, job, folder);
    }

    /// Whether the step works in a folder of its own, which is thrown away afterwards.
    public boolean isolated() {
        return folder != Folder.SHARED;
    }

    /// The folder in which a step works.
    public enum Folder {
        /// The workspace, which it shares with other steps.
        SHARED,
        /// A copy of the workspace, as it is when the step starts.
        COPY,
        /// One with the artifacts of the steps that it needs, and nothing else.
        EMPTY
    }

    /// What a step may use at the most; empty where the pipeline says nothing.
    ///
    /// @param memoryBytes memory without swap
    /// @param cpus processors, fractions allowed
    /// @param processes processes and threads
    public record Resources(OptionalLong memoryBytes, OptionalDouble cpus, OptionalInt processes) {
        public static final Resources UNSAID =
                new Resources(OptionalLong.empty(), OptionalDouble.empty(), OptionalInt.empty());
    }

    /// The image's own program, instead of a shell. The step has then one command, whose
    /// instruction is what [Step#script] says.
    ///
    /// @param command replaces the image's entrypoint; empty: the image's
    /// @param arguments follow it; empty: the image's own when `command` is empty too, else none
    public record Job(List<String> command, List<String> arguments) {
        public Job {
            command = List.copyOf(command);
            arguments = List.copyOf(arguments);
        }
    }
}
