package dev.runnel.run;

import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Problem;
import dev.runnel.run.StepRun.StepWait;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// Something that happened to a run: a status change or a line of output. Recorded events are never
/// edited; a new shape is a new type.
public sealed interface RunEvent {

    /// The number of the step that it belongs to, from 1; 0 for the run as a whole.
    default int step() {
        return 0;
    }

    /// The run moved to another state.
    record RunStateChanged(RunState state, Optional<Reason> reason, Optional<String> message)
            implements RunEvent {
        /// A move that needs no explanation.
        public static RunStateChanged to(RunState state) {
            return new RunStateChanged(state, Optional.empty(), Optional.empty());
        }
    }

    /// The pipeline file of this revision was read; from here on the run's steps are known.
    ///
    /// @param revision full commit id, 40 hexadecimal digits
    /// @param pipeline what is executed
    /// @param masks texts of the pipeline that hold a secret, each with what is shown in its place
    record PipelineRead(String revision, Pipeline pipeline, Map<String, String> masks)
            implements RunEvent {
        public PipelineRead {
            masks = Map.copyOf(masks);
        }

        /// A pipeline without a secret.
        public PipelineRead(String revision, Pipeline pipeline) {
            this(revision, pipeline, Map.of());
        }

        /// A text of the pipeline as people may see it.
        public String shown(String text) {
            return masks.getOrDefault(text, text);
        }
    }

    /// A step moved to another state. The attempt is recorded before its container is created.
    ///
    /// @param step number of the step, from 1
    /// @param attempt number of the attempt, from 1; 0 while the step has not been started
    /// @param exitCode exit code of the attempt, when there was one
    record StepStateChanged(
            int step,
            String name,
            int attempt,
            StepState state,
            Optional<Reason> reason,
            Optional<Integer> exitCode,
            Optional<String> message)
            implements RunEvent {}

    /// A step waits: for approval before its first attempt, or for its time before another one.
    ///
    /// @param step number of the step, from 1
    record StepWaits(int step, String name, StepWait waitsFor) implements RunEvent {}

    /// Somebody approved of a step that waited for that.
    ///
    /// @param step number of the step, from 1
    record StepApproved(int step, String name) implements RunEvent {}

    /// A step was not executed because an earlier run, which this one repeats, had done it. It is
    /// successful from here on.
    ///
    /// @param step number of the step, from 1
    /// @param from the run that executed it; its output is there
    record StepKept(int step, String name, RunId from) implements RunEvent {}

    /// What a step gives to those that need it is known. Recorded together with its end.
    ///
    /// @param step number of the step, from 1
    /// @param values of variables, by name; secrets are masked
    record StepOutputs(int step, String name, Map<String, String> values) implements RunEvent {
        public StepOutputs {
            values = Map.copyOf(values);
        }
    }

    /// What a step runs for is known; there is a new step for each of it. Recorded together with
    /// its start.
    ///
    /// @param step number of the step, from 1
    /// @param commands of each of the new steps
    /// @param parts in the order of the items; their numbers follow those of all steps so far
    record StepExpanded(int step, String name, List<String> commands, List<Part> parts)
            implements RunEvent {
        public StepExpanded {
            commands = List.copyOf(commands);
            parts = List.copyOf(parts);
        }

        /// One of the new steps.
        ///
        /// @param step its number, from 1
        /// @param item what it runs for; secrets are masked
        public record Part(int step, String name, String item) {}
    }

    /// The result of a step was pushed back to the repository.
    ///
    /// @param step number of the step, from 1
    /// @param branch name of the branch, without `refs/heads/`
    /// @param revision full id of the commit that the branch is at now
    record ResultPushed(int step, String branch, String revision) implements RunEvent {}

    /// A command began.
    record CommandStarted(int step, int command, String instruction) implements RunEvent {}

    /// A command ended by itself.
    record CommandFinished(int step, int command, int exitCode) implements RunEvent {}

    /// A command wrote a line.
    record OutputWritten(int step, int command, OutputChannel channel, OutputLine line)
            implements RunEvent {}

    /// Work that takes time before a step prints anything went on.
    ///
    /// @param step the step it is for; 0 for the whole run
    /// @param message one short line for people
    /// @param current units done so far, when they can be counted
    /// @param total units to do, when known
    record ProgressMade(
            Activity activity, int step, String message, OptionalLong current, OptionalLong total)
            implements RunEvent {}

    /// The pipeline file has a fault.
    record ProblemFound(Problem problem) implements RunEvent {}

    /// Nothing follows. `events` is the sequence number of this event, so a reader that has it and
    /// counted as many has everything.
    record RunEnded(RunState state, long events) implements RunEvent {}

    /// What made progress.
    enum Activity {
        /// The repository is being cloned.
        CLONE,
        /// An image is being pulled.
        PULL,
        /// A result is being pushed back to the repository.
        PUSH,
        /// The run waits for something outside, for example for the engine to come back.
        WAIT,
        /// Another instance took the run over, or this one found it again after a restart.
        RECOVERY,
        /// The workspace is kept for a re-run, or taken from the run that is repeated.
        SNAPSHOT,
        /// The place in which a step runs is made ready, for example the containers beside it.
        PREPARE,
        /// Something about the masking of secrets.
        MASK,
        /// Files that a step leaves behind are stored.
        ARTIFACTS
    }
}
