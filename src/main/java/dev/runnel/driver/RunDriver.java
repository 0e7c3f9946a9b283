package dev.runnel.driver;

import dev.runnel.artifact.ArtifactStore;
import dev.runnel.attempt.ExecutorGate;
import dev.runnel.attempt.RunControl;
import dev.runnel.attempt.RunControl.Order;
import dev.runnel.attempt.StepRemovals;
import dev.runnel.attempt.StepRunner;
import dev.runnel.attempt.StepsAhead;
import dev.runnel.eventlog.EventLog;
import dev.runnel.eventlog.RunJournal;
import dev.runnel.executor.StepPlaces;
import dev.runnel.format.PipelineFinder;
import dev.runnel.group.StepGroups;
import dev.runnel.masking.RegisteredValues;
import dev.runnel.masking.RunSecrets;
import dev.runnel.masking.SecretsUnreadable;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.run.Reason;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.Activity;
import dev.runnel.run.RunEvent.RunStateChanged;
import dev.runnel.run.RunState;
import dev.runnel.schedule.RunOutcome;
import dev.runnel.source.Source;
import dev.runnel.store.RunStore;
import dev.runnel.turn.RunPlace;
import dev.runnel.workspace.Snapshots;
import dev.runnel.workspace.Workspaces;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

/// Drives one run from where its log says it is to its end: prepare, run its steps, say how it
/// ended. Used for one claim and thrown away; `drive` is called once, on a virtual thread.
public final class RunDriver {
    private final Parts parts;
    private final RunJournal journal;
    private final RunRecorder recorder;
    private final RunControl control;
    private final RunPlace place;
    private final StepRemovals removals = new StepRemovals();
    private final Path workspace;
    private final Path clone;
    private final KeptWorkspace kept;
    private Optional<RunSteps> steps = Optional.empty();

    /// What every driver of an instance shares.
    record Parts(
            DriverSettings settings,
            RunStore store,
            StepGroups groups,
            Source source,
            PipelineFinder pipelines,
            ExecutorGate gate,
            StepRunner steps,
            StepsAhead ahead,
            Snapshots snapshots,
            StepPlaces places,
            EventLog log,
            RegisteredValues registered,
            ArtifactStore artifacts,
            Clock clock) {}

    RunDriver(Parts parts, RunJournal journal, RunControl control, RunPlace place) {
        this.parts = parts;
        this.place = place;
        this.journal = journal;
        this.recorder = new RunRecorder(journal);
        this.control = control;
        Path workspaces = parts.settings().workspaces();
        this.workspace = Workspaces.of(workspaces, journal.run().id());
        this.clone = Workspaces.clone(workspaces, journal.run().id(), journal.fence());
        this.kept = new KeptWorkspace(parts.snapshots(), recorder, control, removals, workspace);
    }

    /// Drives the run until it has ended or is to be left; what it left behind may still be removed
    /// when this returns.
    public void drive() throws InterruptedException {
        try {
            Optional<RunSecrets> readable = secrets();
            if (readable.isEmpty()) {
                return;
            }
            RunSecrets secrets = readable.get();
            recorder.mask(secrets);
            control.printed(printedBefore());
            if (begin(secrets)) {
                RunPreparation preparation =
                        new RunPreparation(parts, recorder, control, workspace, clone, kept);
                Optional<Pipeline> pipeline = preparation.pipeline();
                if (preparation.isGivenBack()) {
                    recorder.checkHeld();
                    Workspaces.delete(workspace);
                }
                if (pipeline.isPresent() && runSteps(pipeline.get(), secrets)) {
                    conclude();
                }
            }
        } catch (InterruptedException e) {
            if (!control.isOrdered()) {
                throw e;
            }
        } finally {
            parts.ahead().forget(run().id());
        }
        switch (control.order()) {
            case CANCEL, END -> recorder.abort(control.cancelReason());
            case NONE, LEAVE -> {}
        }
        recorder.flush();
    }

    /// What is to be masked; empty when the run ended because that cannot be known.
    private Optional<RunSecrets> secrets() throws InterruptedException {
        try {
            return Optional.of(RunSecrets.of(run(), parts.registered()));
        } catch (SecretsUnreadable e) {
            if (run().events() == 0) {
                recorder.write(RunStateChanged.to(RunState.PENDING));
            }
            recorder.fail(Reason.SECRETS_UNREADABLE, String.valueOf(e.getMessage()));
            recorder.flush();
            return Optional.empty();
        }
    }

    /// What earlier drivers stored of the run's output.
    private long printedBefore() {
        return run().events() == 0
                ? 0
                : parts.log().textEnd(run().id()).map(EventLog.TextEnd::bytes).orElse(0L);
    }

    private boolean runSteps(Pipeline pipeline, RunSecrets secrets) throws InterruptedException {
        RunSteps running =
                new RunSteps(
                        parts, pipeline, journal, recorder, secrets, control, removals, kept,
                        place);
        steps = Optional.of(running);
        return running.run();
    }

    private void conclude() {
        RunOutcome outcome = RunOutcome.of(run());
        if (control.isStopping() && outcome.state() != RunState.SUCCESSFUL) {
            recorder.abort(control.cancelReason());
        } else {
            recorder.end(outcome);
        }
    }

    /// Ends the run because Runnel itself failed.
    public void fail(Throwable fault) throws InterruptedException {
        if (steps.isPresent()) {
            steps.get().settle();
        }
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
        if (control.order() == Order.LEAVE || (control.isOrdered() && run().steps().isEmpty())) {
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
}
