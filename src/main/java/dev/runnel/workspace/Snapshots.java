package dev.runnel.workspace;

import dev.runnel.run.RunId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Workspaces as they were after some steps, on this machine, for runs that repeat the rest.
///
/// The snapshot after three steps of a run is the folder `<run>.3`, and `<run>.3.steps` says which
/// they are; nothing in them ever changes, and the folder is there as a whole or not at all.
/// `….part` is one that is being made, `….gone` one that is being removed. Safe for any number of
/// threads and processes, as long as one at a time drives a run. A failure to keep or to restore a
/// workspace is a value: a run goes on without.
public final class Snapshots {
    private static final String PART = ".part";
    private static final String GONE = ".gone";
    private static final String STEPS = ".steps";

    private final SnapshotSettings settings;

    public Snapshots(SnapshotSettings settings) {
        this.settings = settings;
    }

    /// Whether workspaces are kept at all.
    public boolean isOn() {
        return settings.limit() > 0;
    }

    /// Whether the workspace as it was after so many steps is here.
    public boolean has(RunId run, int steps) {
        return Files.isDirectory(folder(run, steps), LinkOption.NOFOLLOW_LINKS);
    }

    /// What had happened to a workspace when it was kept.
    ///
    /// @param steps numbers of the steps that were over by then, all of them successful
    /// @param pushed the commit that the branch was at by then, if a step had pushed
    public record After(Set<Integer> steps, Optional<String> pushed) {
        public After {
            steps = Set.copyOf(steps);
        }

        /// The first steps, none of which pushed.
        public static After first(int steps) {
            return new After(
                    IntStream.rangeClosed(1, steps).boxed().collect(Collectors.toSet()),
                    Optional.empty());
        }
    }

    /// What is kept of a run.
    public List<After> of(RunId run) {
        return list().stream()
                .filter(snapshot -> snapshot.run().equals(run) && snapshot.step() > 0)
                .flatMap(snapshot -> after(snapshot).stream())
                .toList();
    }

    private Optional<After> after(Snapshot snapshot) {
        try {
            List<String> lines = Files.readAllLines(stepsOf(snapshot.run(), snapshot.step()));
            Set<Integer> steps =
                    Arrays.stream(lines.getFirst().split(" ", -1))
                            .map(Integer::valueOf)
                            .collect(Collectors.toSet());
            return Optional.of(new After(steps, lines.stream().skip(1).findFirst()));
        } catch (IOException | RuntimeException e) {
            // nobody knows what is in it
            return Optional.empty();
        }
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
    public Optional<String> take(Path workspace, RunId run, After after, long fence, Check held)
            throws InterruptedException {
        int step = after.steps().size();
        if (has(run, step)) {
            return Optional.empty();
        }
        Path part = settings.folder().resolve(run + "." + fence + PART);
        try {
            Files.createDirectories(settings.folder());
            Workspaces.delete(part);
            TreeCopy.copy(workspace, part, settings.limit());
            held.look();
            Files.writeString(stepsOf(run, step), text(after));
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

    private static String text(After after) {
        String steps =
                after.steps().stream()
                        .sorted()
                        .map(String::valueOf)
                        .collect(Collectors.joining(" "));
        return steps + "\n" + after.pushed().map(revision -> revision + "\n").orElse("");
    }

    /// Makes a workspace what it was after so many steps of a run, at a place where nothing is.
    ///
    /// @return empty when it is restored; else why not, and nothing is there
    public Optional<String> restore(RunId run, int step, Path workspace)
            throws InterruptedException {
        if (!has(run, step)) {
            return Optional.of(
                    "the workspace after "
                            + step
                            + " steps of run "
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
            if (snapshot.step() > 0) {
                Files.deleteIfExists(stepsOf(snapshot.run(), snapshot.step()));
            }
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
            return entries.filter(entry -> !saysTheStepsOfAnother(entry))
                    .flatMap(entry -> Snapshot.of(entry).stream())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean saysTheStepsOfAnother(Path entry) {
        String name = entry.getFileName().toString();
        return name.endsWith(STEPS)
                && Files.exists(
                        entry.resolveSibling(name.substring(0, name.length() - STEPS.length())));
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

    private Path stepsOf(RunId run, int steps) {
        return settings.folder().resolve(run + "." + steps + STEPS);
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
