package dev.runnel.driver;

import dev.runnel.attempt.RunControl;
import dev.runnel.attempt.StepRemovals;
import dev.runnel.run.RunEvent.Activity;
import dev.runnel.run.RunId;
import dev.runnel.run.RunRequest.Rerun;
import dev.runnel.run.RunState;
import dev.runnel.workspace.Snapshots;
import dev.runnel.workspace.Snapshots.After;
import dev.runnel.workspace.Workspaces;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;

/// Keeps the workspace of a run as it was before the steps that run, so that the run can be
/// repeated from there if one of them fails.
final class KeptWorkspace {
    private static final System.Logger LOG = System.getLogger(KeptWorkspace.class.getName());

    private final Snapshots snapshots;
    private final RunRecorder recorder;
    private final RunControl control;
    private final StepRemovals removals;
    private final Path workspace;
    private volatile boolean givenUp;

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

    /// Whether there is any use in keeping it.
    boolean isOn() {
        return !givenUp && snapshots.isOn();
    }

    /// Keeps the workspace as it is now, while nothing writes into it. What cannot be kept is told
    /// once; the run goes on.
    void take(After after) throws InterruptedException {
        RunId run = recorder.run().id();
        int done = after.steps().size();
        Optional<String> why =
                control.interruptibly(() ->
                        snapshots.take(
                                workspace, run, after, recorder.fence(), recorder::checkHeld));
        if (why.isPresent()) {
            givenUp = true;
            recorder.progress(
                    Activity.SNAPSHOT,
                    0,
                    "a re-run will run more steps again than those that failed, because the"
                            + " workspace cannot be kept: "
                            + why.get());
            return;
        }
        removals.start(() -> snapshots.deleteBefore(run, done));
    }

    /// Makes a folder what the workspace was after as many of the steps that may be kept as
    /// possible.
    ///
    /// @return what had happened to it by then; empty when it is not here
    Restored restore(Rerun rerun, Path folder) throws InterruptedException {
        Optional<After> best =
                snapshots.of(rerun.of()).stream()
                        .filter(after -> rerun.kept().keySet().containsAll(after.steps()))
                        // else a push would start from where the branch is not any more
                        .filter(after -> after.pushed().equals(rerun.pushed()))
                        .max(Comparator.comparingInt(after -> after.steps().size()));
        if (best.isEmpty()) {
            return new Restored.Missing(
                    "the workspace of run " + rerun.of() + " is not on this machine (any more)");
        }
        Optional<String> missing =
                control.interruptibly(() -> {
                    Workspaces.delete(folder);
                    return snapshots.restore(rerun.of(), best.get().steps().size(), folder);
                });
        return missing.<Restored>map(Restored.Missing::new)
                .orElseGet(() -> new Restored.There(best.get()));
    }

    /// What came of a restoration.
    sealed interface Restored {
        /// It is there.
        record There(After after) implements Restored {}

        /// It is not.
        record Missing(String why) implements Restored {}
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
