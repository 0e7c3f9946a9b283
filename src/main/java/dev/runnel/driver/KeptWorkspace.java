package dev.runnel.driver;

import dev.runnel.run.RunEvent.Activity;
import dev.runnel.run.RunId;
import dev.runnel.run.RunRequest.Rerun;
import dev.runnel.run.RunState;
import dev.runnel.run.StepRun;
import dev.runnel.run.StepState;
import dev.runnel.workspace.Snapshots;
import dev.runnel.workspace.Workspaces;
import java.nio.file.Path;
import java.util.Optional;

/// Keeps the workspace of a run as it was before the step that runs, so that the run can be
/// repeated from there if that step fails.
final class KeptWorkspace {
    private static final System.Logger LOG = System.getLogger(KeptWorkspace.class.getName());

    private final Snapshots snapshots;
    private final RunRecorder recorder;
    private final RunControl control;
    private final StepRemovals removals;
    private final Path workspace;
    private boolean givenUp;

    KeptWorkspace(
            Snapshots snapshots,
            RunRecorder recorder,
            RunControl control,
            StepRemovals removals,
            Path workspace) {
        this.snapshots = snapshots;
        this.recorder = recorder;
        this.control = control;
        this.removals = removals;
        this.workspace = workspace;
    }

    /// Keeps the workspace as it is before a step that was never started. What cannot be kept is
    /// told once; the run goes on.
    void before(StepRun step) throws InterruptedException {
        int done = step.number() - 1;
        if (done == 0 || step.state() != StepState.PENDING || givenUp || !snapshots.isOn()) {
            return;
        }
        RunId run = recorder.run().id();
        Optional<String> why =
                control.interruptibly(() ->
                        snapshots.take(
                                workspace, run, done, recorder.fence(), recorder::checkHeld));
        if (why.isPresent()) {
            givenUp = true;
            recorder.progress(
                    Activity.SNAPSHOT,
                    done,
                    "a re-run will run every step again, because the workspace cannot be kept: "
                            + why.get());
        }
        removals.start(() -> snapshots.deleteBefore(run, done));
    }

    /// Makes a folder what the workspace was after the kept steps.
    ///
    /// @return empty when it is; else why not
    Optional<String> restore(Rerun rerun, Path folder) throws InterruptedException {
        return control.interruptibly(() -> {
            Workspaces.delete(folder);
            return snapshots.restore(rerun.of(), rerun.kept().size(), folder);
        });
    }

    /// Nobody repeats the rest of a run that was successful.
    void runEnded() {
        if (recorder.run().state() == RunState.SUCCESSFUL) {
            try {
                snapshots.delete(recorder.run().id());
            } catch (java.io.UncheckedIOException e) {
                // the janitor finds what is left
                LOG.log(System.Logger.Level.WARNING, "a snapshot could not be removed now", e);
            }
        }
    }
}
