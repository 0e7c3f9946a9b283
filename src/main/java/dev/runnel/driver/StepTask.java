package dev.runnel.driver;

import dev.runnel.attempt.RunControl;
import dev.runnel.attempt.RunControl.Order;
import dev.runnel.attempt.StepCaches;
import dev.runnel.attempt.StepEnvironment;
import dev.runnel.attempt.StepInputs;
import dev.runnel.attempt.StepOutcome;
import dev.runnel.attempt.StepOutputs;
import dev.runnel.attempt.StepRemovals;
import dev.runnel.attempt.StepRunner;
import dev.runnel.attempt.StepRunner.Result;
import dev.runnel.attempt.StepSpecs;
import dev.runnel.attempt.Terms;
import dev.runnel.driver.RunDriver.Parts;
import dev.runnel.driver.WorkspaceUse.Entry;
import dev.runnel.eventlog.EventLog.StepAttempt;
import dev.runnel.eventlog.EventLog.StepPosition;
import dev.runnel.eventlog.RunJournal;
import dev.runnel.exchange.HandedOn;
import dev.runnel.executor.ResumePoint;
import dev.runnel.executor.RunningStep;
import dev.runnel.executor.StepSpec;
import dev.runnel.masking.RunSecrets;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Step;
import dev.runnel.run.CommandRun;
import dev.runnel.run.Reason;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.Activity;
import dev.runnel.run.StepRun;
import dev.runnel.run.StepState;
import dev.runnel.workspace.Workspaces;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// One attempt of a step, from where the log says it is to its end, on a thread of its own.
final class StepTask {
    private final Parts parts;
    private final Pipeline pipeline;
    private final RunJournal journal;
    private final RunRecorder recorder;
    private final RunSecrets secrets;
    private final RunControl control;
    private final StepFiles files;
    private final HandedOn handedOn;
    private final Path workspace;
    private Optional<RunningStep> running = Optional.empty();

    /// What happened to a run, here and elsewhere.
    sealed interface News {
        /// There are orders, a place was taken, or it is time to look.
        record Heard() implements News {}

        /// The condition of a step was asked.
        ///
        /// @param outcome how the step ends over it; empty when it may run
        record Judged(Step step, Optional<StepOutcome> outcome) implements News {}

        /// An attempt ended.
        ///
        /// @param running to be removed once the outcome is stored
        record Ended(Step step, StepOutcome outcome, Optional<RunningStep> running)
                implements News {}

        /// An attempt was left as it is, for another driver.
        record Left(Step step) implements News {}

        /// We do not know what happened.
        record Broke(Step step, RuntimeException fault) implements News {}
    }

    StepTask(
            Parts parts,
            Pipeline pipeline,
            RunJournal journal,
            RunRecorder recorder,
            RunSecrets secrets,
            RunControl control,
            StepFiles files,
            HandedOn handedOn,
            Path workspace) {
        this.parts = parts;
        this.pipeline = pipeline;
        this.journal = journal;
        this.recorder = recorder;
        this.secrets = secrets;
        this.control = control;
        this.files = files;
        this.handedOn = handedOn;
        this.workspace = workspace;
    }

    /// Starts an attempt that was just written, or takes up one that another driver started.
    ///
    /// @return what came of it
    News run(Step step, Entry entry, boolean fresh) {
        try {
            return ended(step, entry, fresh);
        } catch (InterruptedException e) {
            return control.order() == Order.LEAVE
                    ? new News.Left(step)
                    : new News.Ended(step, StepOutcome.stopped(control.cancelReason()), running);
        } catch (RuntimeException e) {
            return new News.Broke(step, e);
        } finally {
            entry.copied().complete(null);
        }
    }

    private News ended(Step step, Entry entry, boolean fresh) throws InterruptedException {
        StepRun now = recorder.run().step(step.number());
        Path folder = workspace;
        if (fresh) {
            parts.ahead().startsNow(recorder.run().id(), step, now.attempt());
            // the attempt is stored before its container exists, so that a crash between the two
            // leaves something that can be found
            recorder.flush();
        }
        if (step.setting().isolated()) {
            folder = copy(step, now.attempt());
            try {
                copyInto(step, folder);
            } catch (UncheckedIOException e) {
                return new News.Ended(step, notCopied(e), Optional.empty());
            }
            entry.copied().complete(null);
        }
        Path workFolder = folder;
        StepCaches caches = caches(step, now.attempt(), folder);
        StepOutputs outputs =
                new StepOutputs(
                        step, now.attempt(), folder, secrets, message -> tell(step, message));
        if (now.commands().stream().allMatch(command -> command.startedAt().isEmpty())) {
            Optional<StepOutcome> missing =
                    bring(step, entry, folder)
                            // of one that may have begun, the step itself may have taken them away
                            .or(() -> fresh ? inputs(step, workFolder) : Optional.empty())
                            .or(outputs::before);
            if (missing.isPresent()) {
                return new News.Ended(step, missing.get(), Optional.empty());
            }
            caches.bring();
        }
        return switch (attempt(step, now, entry, folder, caches, fresh)) {
            case Result.Left() -> new News.Left(step);
            case Result.Ended(StepOutcome exit, Optional<RunningStep> ended) -> {
                running = ended;
                StepOutcome outcome = outputs.after(files.after(step, folder, exit));
                if (outcome.state() == StepState.SUCCESSFUL && !caches.mounts().isEmpty()) {
                    recorder.checkHeld();
                    caches.keep();
                }
                caches.remove();
                ResultPush push = new ResultPush(parts.source(), recorder, control, folder);
                yield new News.Ended(step, push.after(step, outcome), ended);
            }
        };
    }

    private Optional<StepOutcome> bring(Step step, Entry entry, Path folder)
            throws InterruptedException {
        if (!files.concerns(step)) {
            return Optional.empty();
        }
        if (!step.setting().isolated()) {
            entry.gate().pass();
        }
        return files.before(step, folder);
    }

    private Optional<StepOutcome> inputs(Step step, Path folder) {
        Run run = recorder.run();
        Map<String, String> given = handedOn.to(run, step.number());
        return StepInputs.check(
                step.exchange().inputs(),
                folder,
                StepEnvironment.of(run, pipeline, step, 1, given, "").keySet());
    }

    private StepCaches caches(Step step, int attempt, Path folder) {
        return new StepCaches(
                parts.artifacts(),
                recorder.run(),
                pipeline,
                step,
                attempt,
                parts.settings().workspaces(),
                folder,
                message -> tell(step, message));
    }

    private void tell(Step step, String message) {
        recorder.progress(Activity.ARTIFACTS, step.number(), message);
    }

    private Result attempt(
            Step step, StepRun now, Entry entry, Path folder, StepCaches caches, boolean fresh)
            throws InterruptedException {
        StepSpecs specs = new StepSpecs(folder, parts.settings().stepLimits());
        StepRunner runner = parts.steps();
        StepSpec spec =
                specs.of(
                        recorder.run(),
                        pipeline,
                        step,
                        now.attempt(),
                        handedOn.to(recorder.run(), step.number()),
                        runner.workspaceSeen(folder, pipeline.workspace()),
                        caches.mounts());
        Terms terms = terms(step, now, entry);
        if (!fresh) {
            return runner.resume(spec, resumePoint(now), terms, journal, secrets, control);
        }
        specs.cut(step)
                .ifPresent(message -> recorder.progress(Activity.PREPARE, step.number(), message));
        return runner.start(spec, terms, journal, secrets, control);
    }

    private Path copy(Step step, int attempt) {
        return copy(parts, recorder.run(), step, attempt);
    }

    /// Removes the folder in which an attempt of an isolated step worked.
    static void removeCopy(Parts parts, Run run, Step step, int attempt, StepRemovals removals) {
        Path copy = copy(parts, run, step, attempt);
        removals.start(() -> Workspaces.delete(copy));
    }

    /// The folder in which an attempt of an isolated step works.
    private static Path copy(Parts parts, Run run, Step step, int attempt) {
        return Workspaces.copy(parts.settings().workspaces(), run.id(), step.number(), attempt);
    }

    private void copyInto(Step step, Path folder) throws InterruptedException {
        control.interruptibly(
                Order.stopping(step),
                () -> {
                    switch (step.setting().folder()) {
                        case SHARED -> throw new IllegalStateException("it is not isolated");
                        case COPY -> Workspaces.copyInto(workspace, folder, recorder.fence());
                        case EMPTY -> Workspaces.makeEmpty(folder);
                    }
                    return folder;
                });
    }

    private static StepOutcome notCopied(UncheckedIOException e) {
        return StepOutcome.failed(
                Reason.INTERNAL_ERROR,
                "it works in a folder of its own, which could not be made: " + e.getCause());
    }

    private Terms terms(Step step, StepRun now, Entry entry) {
        Duration longest = parts.settings().stepTimeout();
        Duration time =
                step.attempts().timeout().filter(own -> own.compareTo(longest) < 0).orElse(longest);
        Optional<Duration> commandTime = step.attempts().commandTimeout();
        Optional<Instant> commandStart =
                now.commands().stream()
                        .filter(command -> command.state() == StepState.IN_PROGRESS)
                        .findFirst()
                        .flatMap(CommandRun::startedAt);
        return new Terms(
                time,
                left(time, now.startedAt()),
                commandTime,
                left(commandTime.orElse(time), commandStart),
                step.flow().always(),
                entry.gate());
    }

    private Duration left(Duration time, Optional<Instant> startedAt) {
        Instant now = parts.clock().instant();
        Duration left = time.minus(Duration.between(startedAt.orElse(now), now));
        return left.isNegative() ? Duration.ZERO : left;
    }

    private ResumePoint resumePoint(StepRun step) {
        StepPosition position =
                parts.log()
                        .positions(recorder.run().id())
                        .getOrDefault(
                                new StepAttempt(step.number(), step.attempt()), StepPosition.START);
        int started = 0;
        int finished = 0;
        for (CommandRun command : step.commands()) {
            started = command.state() == StepState.PENDING ? started : command.number();
            finished = command.state().isFinal() ? command.number() : finished;
        }
        return new ResumePoint(
                position.stdout(),
                position.stdoutCommand(),
                position.stderr(),
                position.stderrCommand(),
                started,
                finished);
    }
}
