package dev.runnel.engine;

import dev.runnel.driver.DriverSettings;
import dev.runnel.executor.Executor;
import dev.runnel.executor.StepKey;
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import dev.runnel.run.StepRun;
import dev.runnel.run.StepState;
import dev.runnel.store.RunStore;
import dev.runnel.workspace.SnapshotSweep;
import dev.runnel.workspace.Workspaces;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Removes what no run needs any more: containers of attempts that are over, workspaces of runs
/// that ended, snapshots that nobody will ask for. Touches only what belongs to a run that this
/// installation knows.
final class Janitor {
    private static final System.Logger LOG = System.getLogger(Janitor.class.getName());

    private final Executor executor;
    private final RunStore store;
    private final Path workspaces;
    private final SnapshotSweep snapshots;
    private final Clock clock;

    Janitor(Executor executor, RunStore store, DriverSettings settings, Clock clock) {
        this.executor = executor;
        this.store = store;
        this.workspaces = settings.workspaces();
        this.snapshots = new SnapshotSweep(settings.snapshots());
        this.clock = clock;
    }

    /// Looks once.
    ///
    /// @return how many things were removed
    int sweep() {
        return sweepSteps() + sweepWorkspaces() + snapshots.sweep(store::find, clock.instant());
    }

    private int sweepSteps() {
        int removed = 0;
        for (StepKey key : executor.leftovers()) {
            if (store.find(key.run()).filter(run -> isOver(run, key)).isPresent()) {
                LOG.log(System.Logger.Level.INFO, "removing what is left of step {0}", key);
                executor.destroy(key);
                removed++;
            }
        }
        return removed;
    }

    private static boolean isOver(Run run, StepKey key) {
        if (run.ended()) {
            return true;
        }
        Optional<StepRun> step =
                run.steps().stream().filter(other -> other.number() == key.step()).findFirst();
        // what is not recorded yet may be about to be
        return step.filter(known ->
                        known.attempt() > key.attempt()
                                || (known.attempt() == key.attempt()
                                        && known.state() != StepState.IN_PROGRESS))
                .isPresent();
    }

    private int sweepWorkspaces() {
        int removed = 0;
        for (Path workspace : list()) {
            Optional<RunId> id = Workspaces.owner(workspace);
            if (id.flatMap(store::find).filter(Run::ended).isPresent()) {
                Workspaces.delete(workspace);
                removed++;
            }
        }
        return removed;
    }

    private List<Path> list() {
        if (!Files.isDirectory(workspaces)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(workspaces)) {
            return entries.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
