package dev.runnel.driver;

import dev.runnel.driver.StepRunner.Result;
import dev.runnel.eventlog.EventLog;
import dev.runnel.eventlog.EventLog.StepAttempt;
import dev.runnel.eventlog.EventLog.StepPosition;
import dev.runnel.eventlog.RunJournal;
import dev.runnel.executor.ResumePoint;
import dev.runnel.executor.RunningStep;
import dev.runnel.executor.StepKey;
import dev.runnel.executor.StepPlaces;
import dev.runnel.executor.StepSpec;
import dev.runnel.format.PipelineFinder;
import dev.runnel.masking.RegisteredValues;
import dev.runnel.masking.RunSecrets;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Step;
import dev.runnel.run.CommandRun;
import dev.runnel.run.Reason;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.Activity;
import dev.runnel.run.RunEvent.RunStateChanged;
import dev.runnel.run.RunState;
import dev.runnel.run.StepRun;
import dev.runnel.run.StepState;
import dev.runnel.source.Source;
import dev.runnel.workspace.Snapshots;
import dev.runnel.workspace.Workspaces;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// Drives one run from where its log says it is to its end: prepare, run its steps, say how it
/// ended. Used for one claim and thrown away; `drive` is called once, on a virtual thread.
public final class RunDriver {
    private final Parts parts;
    private final RunJournal journal;
    private final RunRecorder recorder;
    private final RunControl control;
    private final StepRemovals removals = new StepRemovals();
    private final Path workspace;
    private final Path clone;
    private final KeptWorkspace kept;
    private final ResultPush push;

    /// What every driver of an instance shares.
    record Parts(
            DriverSettings settings,
            Source source,
            PipelineFinder pipelines,
            ExecutorGate gate,
            StepRunner steps,
            Snapshots snapshots,
            StepPlaces places,
            EventLog log,
            RegisteredValues registered,
            Clock clock) {}

    RunDriver(Parts parts, RunJournal journal, RunControl control) {
        this.parts = parts;
        this.journal = journal;
        this.recorder = new RunRecorder(journal);
        this.control = control;
        Path workspaces = parts.settings().workspaces();
        this.workspace = Workspaces.of(workspaces, journal.run().id());
        this.clone = Workspaces.clone(workspaces, journal.run().id(), journal.fence());
        this.kept = new KeptWorkspace(parts.snapshots(), recorder, control, removals, workspace);
        this.push = new ResultPush(parts.source(), recorder, control, workspace);
    }

    /// Drives the run until it has ended or is to be left; what it left behind may still be removed
    /// when this returns.
    public void drive() throws InterruptedException {
        try {
            RunSecrets secrets = RunSecrets.of(run(), parts.registered());
            if (begin(secrets)) {
                Optional<Pipeline> pipeline =
                        new RunPreparation(parts, recorder, control, workspace, clone, kept)
                                .pipeline();
                if (pipeline.isPresent()) {
                    runSteps(pipeline.get(), secrets);
                }
            }
        } catch (InterruptedException e) {
            if (!control.isOrdered()) {
                throw e;
            }
        }
        if (control.order() == RunControl.Order.CANCEL) {
            recorder.abort(control.cancelReason());
        }
        recorder.flush();
    }

    /// Ends the run because Runnel itself failed.
    public void fail(Throwable fault) throws InterruptedException {
        recorder.fail(
                Reason.INTERNAL_ERROR,
                "Runnel itself failed ("
                        + fault.getClass().getSimpleName()
                        + "); the log of the instance says more");
        recorder.flush();
    }

    /// Waits until everything that an ended run left behind is removed, its workspace included.
    public void cleanUp() throws InterruptedException {
        removals.await();
        Workspaces.delete(clone);
        if (run().ended()) {
            kept.runEnded();
            Workspaces.delete(workspace);
        }
    }

    private Run run() {
        return journal.run();
    }

    /// Brings the run into progress.
    ///
    /// @return whether there is anything to do
    private boolean begin(RunSecrets secrets) {
        if (run().events() == 0) {
            recorder.write(RunStateChanged.to(RunState.PENDING));
        }
        if (run().state().isFinal()) {
            recorder.close();
            return false;
        }
        boolean underWay =
                run().steps().stream().anyMatch(step -> step.state() == StepState.IN_PROGRESS);
        if (control.isOrdered() && !underWay) {
            return false;
        }
        if (run().state() == RunState.PENDING) {
            recorder.write(RunStateChanged.to(RunState.IN_PROGRESS));
            if (!secrets.tooShort().isEmpty()) {
                recorder.progress(
                        Activity.MASK,
                        0,
                        "not masked, having fewer than 4 characters: "
                                + String.join(", ", secrets.tooShort()));
            }
        } else {
            recorder.progress(
                    Activity.RECOVERY, 0, "taken up by instance " + parts.settings().instance());
        }
        return true;
    }

    private void runSteps(Pipeline pipeline, RunSecrets secrets) throws InterruptedException {
        for (Step step : pipeline.steps()) {
            StepState state = run().step(step.number()).state();
            if (state == StepState.SUCCESSFUL) {
                continue;
            }
            if (!state.isFinal() && !runStep(pipeline, step, secrets)) {
                return;
            }
            StepRun ended = run().step(step.number());
            if (ended.state() != StepState.SUCCESSFUL) {
                recorder.endAfter(ended);
                return;
            }
        }
        recorder.succeed();
    }

    /// Runs one step to its end; false when it was left as it is.
    private boolean runStep(Pipeline pipeline, Step step, RunSecrets secrets)
            throws InterruptedException {
        StepRun before = run().step(step.number());
        if (before.state() == StepState.PENDING) {
            if (control.isOrdered()) {
                return false;
            }
            if (control.isCancelled(step.number())) {
                recorder.moveStep(step.number(), StepOutcome.stopped(Reason.CANCELLED));
                return true;
            }
            kept.before(before);
        }
        return switch (attemptInPlace(pipeline, step, secrets)) {
            case Result.Left() -> false;
            case Result.Ended(StepOutcome outcome, Optional<RunningStep> running) -> {
                recorder.moveStep(step.number(), push.after(step, outcome));
                running.ifPresent(ended -> removals.remove(ended, journal));
                yield true;
            }
        };
    }

    private Result attemptInPlace(Pipeline pipeline, Step step, RunSecrets secrets)
            throws InterruptedException {
        StepPlaces places = parts.places();
        if (run().step(step.number()).state() == StepState.IN_PROGRESS) {
            places.takeAnyway();
        } else if (!places.tryTake()) {
            recorder.progress(
                    Activity.WAIT,
                    step.number(),
                    "waiting for a place among the %d steps that run at a time here"
                            .formatted(places.max()));
            control.interruptibly(() -> {
                places.take();
                return places;
            });
        }
        try {
            return attempt(pipeline, step, secrets);
        } finally {
            places.giveBack();
        }
    }

    private Result attempt(Pipeline pipeline, Step step, RunSecrets secrets)
            throws InterruptedException {
        StepRun before = run().step(step.number());
        if (before.state() == StepState.IN_PROGRESS) {
            StepSpec spec = spec(pipeline, step, before.attempt());
            return parts.steps()
                    .resume(spec, resumePoint(before), timeLeft(before), journal, secrets, control);
        }
        int attempt = before.attempt() + 1;
        recorder.startStep(step.number(), step.name(), attempt);
        // the attempt is stored before its container exists, so that a crash between the two leaves
        // something that can be found
        recorder.flush();
        return parts.steps().start(spec(pipeline, step, attempt), journal, secrets, control);
    }

    private StepSpec spec(Pipeline pipeline, Step step, int attempt) {
        return new StepSpec(
                new StepKey(run().id(), step.number(), attempt),
                step.image(),
                step.script(),
                StepEnvironment.of(run(), step, attempt),
                workspace,
                pipeline.workspace(),
                parts.settings().stepLimits());
    }

    private ResumePoint resumePoint(StepRun step) {
        StepPosition position =
                parts.log()
                        .positions(run().id())
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

    private Duration timeLeft(StepRun step) {
        Instant now = parts.clock().instant();
        Duration used = Duration.between(step.startedAt().orElse(now), now);
        Duration left = parts.settings().stepTimeout().minus(used);
        return left.isNegative() ? Duration.ZERO : left;
    }
}
