package dev.runnel.workspace;

import dev.runnel.run.RunId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Workspaces as they were after a step, on this machine, for runs that repeat the rest.
///
/// The snapshot after step 3 of a run is the folder `<run>.3`; nothing in it ever changes, and it
/// is there as a whole or not at all. `….part` is one that is being made, `….gone` one that is
/// being removed. Safe for any number of threads and processes, as long as one at a time drives a
/// run. A failure to keep or to restore a workspace is a value: a run goes on without.
public final class Snapshots {
    private static final String PART = ".part";
    private static final String GONE = ".gone";

    private final SnapshotSettings settings;

    public Snapshots(SnapshotSettings settings) {
        this.settings = settings;
    }

    /// Whether workspaces are kept at all.
    public boolean isOn() {
        return settings.limit() > 0;
    }

    /// Whether the workspace as it was after a step is here.
    public boolean has(RunId run, int step) {
        return Files.isDirectory(folder(run, step), LinkOption.NOFOLLOW_LINKS);
    }

    /// Looks whether who takes a snapshot may still do so, and throws when not.
    @FunctionalInterface
    public interface Check {
        /// Looks.
        void look() throws InterruptedException;
    }

    /// Keeps a workspace as it is now; nothing may write into it meanwhile. Older ones of the run
    /// stay until `deleteBefore`.
    ///
    /// @param fence of the lease under which the run is driven: one that was asleep and lost its
    ///   lease does not get in the way of the one that has it now
    /// @param held asked when the copy is made and before it counts
    /// @return empty when it is kept; else why not, as an end for "…, because"
    public Optional<String> take(Path workspace, RunId run, int step, long fence, Check held)
            throws InterruptedException {
        if (has(run, step)) {
            return Optional.empty();
        }
        Path part = settings.folder().resolve(run + "." + fence + PART);
        try {
            Files.createDirectories(settings.folder());
            Workspaces.delete(part);
            TreeCopy.copy(workspace, part, settings.limit());
            held.look();
            Files.move(part, folder(run, step), StandardCopyOption.ATOMIC_MOVE);
            return Optional.empty();
        } catch (IOException | UncheckedIOException e) {
            deleteQuietly(part);
            return Optional.of(sentence(e));
        } catch (InterruptedException | RuntimeException e) {
            deleteQuietly(part);
            throw e;
        }
    }

    /// Makes a workspace what it was after a step of a run, at a place where nothing is.
    ///
    /// @return empty when it is restored; else why not, and nothing is there
    public Optional<String> restore(RunId run, int step, Path workspace)
            throws InterruptedException {
        if (!has(run, step)) {
            return Optional.of(
                    "the workspace after step "
                            + step
                            + " of run "
                            + run
                            + " is not on this machine (any more)");
        }
        try {
            Files.createDirectories(workspace.getParent());
            TreeCopy.copy(folder(run, step), workspace, Long.MAX_VALUE);
            if (!has(run, step)) {
                throw new NoSuchFileException("it was removed meanwhile");
            }
            return Optional.empty();
        } catch (IOException | UncheckedIOException e) {
            deleteQuietly(workspace);
            return Optional.of(
                    "the workspace of run " + run + " could not be restored: " + sentence(e));
        } catch (InterruptedException e) {
            deleteQuietly(workspace);
            throw e;
        }
    }

    /// Removes what is kept of a run from before a step.
    ///
    /// @throws UncheckedIOException when something cannot be removed
    public void deleteBefore(RunId run, int step) {
        list().stream()
                .filter(snapshot -> snapshot.run().equals(run))
                // 0 may be the one that is being made now
                .filter(snapshot -> snapshot.step() > 0 && snapshot.step() < step)
                .forEach(this::delete);
    }

    /// Removes all that is kept of a run.
    ///
    /// @throws UncheckedIOException when something cannot be removed
    public void delete(RunId run) {
        list().stream().filter(snapshot -> snapshot.run().equals(run)).forEach(this::delete);
    }

    /// Removes one snapshot; whoever reads it right now notices.
    void delete(Snapshot snapshot) {
        String name = snapshot.folder().getFileName().toString();
        Path doomed = settings.folder().resolve(name.endsWith(GONE) ? name : name + GONE);
        try {
            if (!doomed.equals(snapshot.folder())) {
                Workspaces.delete(doomed);
                Files.move(snapshot.folder(), doomed, StandardCopyOption.ATOMIC_MOVE);
            }
            Workspaces.delete(doomed);
        } catch (NoSuchFileException e) {
            // somebody else was faster
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + snapshot.folder(), e);
        }
    }

    /// What is there, the unfinished included.
    List<Snapshot> list() {
        if (!Files.isDirectory(settings.folder())) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(settings.folder())) {
            return entries.flatMap(entry -> Snapshot.of(entry).stream()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A folder among the snapshots.
    ///
    /// @param step after which it was taken; 0 for one that is not whole
    record Snapshot(RunId run, int step, Path folder) {
        private static Optional<Snapshot> of(Path folder) {
            String name = folder.getFileName().toString();
            int dot = name.indexOf('.');
            if (dot < 0) {
                return Optional.empty();
            }
            String rest = name.substring(dot + 1);
            int step = rest.matches("[1-9][0-9]{0,8}") ? Integer.parseInt(rest) : 0;
            return RunId.parse(name.substring(0, dot)).map(run -> new Snapshot(run, step, folder));
        }
    }

    private Path folder(RunId run, int step) {
        return settings.folder().resolve(run + "." + step);
    }

    private static void deleteQuietly(Path folder) {
        try {
            Workspaces.delete(folder);
        } catch (UncheckedIOException e) {
            // the janitor finds what is left
        }
    }

    private static String sentence(Exception e) {
        Throwable cause =
                e instanceof UncheckedIOException && e.getCause() != null ? e.getCause() : e;
        return cause instanceof TreeCopy.NotCopiedException
                ? String.valueOf(cause.getMessage())
                : cause.getClass().getSimpleName() + ": " + cause.getMessage();
    }
}
