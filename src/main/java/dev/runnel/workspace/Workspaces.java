package dev.runnel.workspace;

import dev.runnel.run.RunId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The folders in which runs work.
public final class Workspaces {
    private static final String CLONE = ".clone-";
    // a push works beside the workspace, too
    private static final String BESIDE =
            "(\\.clone-\\d+(\\.slot)?|(\\.step-\\d+-\\d+(\\.(part|cache)-\\d+)?)?(\\.push)?|\\.changes-\\d+)$";
    private static final int TRIES = 3;

    private Workspaces() {}

    /// The folder of a run.
    public static Path of(Path workspaces, RunId run) {
        return workspaces.resolve(run.toString());
    }

    /// The folder into which the holder of a lease clones. Each has its own, because one that was
    /// asleep goes on where it was, when another one has cloned and runs steps.
    public static Path clone(Path workspaces, RunId run, long fence) {
        return workspaces.resolve(run + CLONE + fence);
    }

    /// The folder of one attempt of a step that works on a copy of the workspace.
    public static Path copy(Path workspaces, RunId run, int step, int attempt) {
        return workspaces.resolve(run + ".step-" + step + "-" + attempt);
    }

    /// The folder of one cache of an attempt of a step.
    ///
    /// @param number tells the caches of the step apart
    public static Path cache(Path workspaces, RunId run, int step, int attempt, int number) {
        return workspaces.resolve(run + ".step-" + step + "-" + attempt + ".cache-" + number);
    }

    /// A folder for what a driver has to find out about the changes of a revision.
    public static Path changes(Path workspaces, RunId run, long fence) {
        return workspaces.resolve(run + ".changes-" + fence);
    }

    /// Copies a workspace, so that the copy is there as a whole or not at all. Does nothing when it
    /// is there. Who else works in the workspace meanwhile may leave the copy with some of what it
    /// does.
    ///
    /// @param fence of the lease under which the run is driven
    /// @throws UncheckedIOException when it cannot be copied
    public static void copyInto(Path workspace, Path copy, long fence) throws InterruptedException {
        if (Files.isDirectory(copy)) {
            return;
        }
        Path part = copy.resolveSibling(copy.getFileName() + ".part-" + fence);
        for (int tries = 1; true; tries++) {
            delete(part);
            try {
                TreeCopy.copy(workspace, part, Long.MAX_VALUE);
                Files.move(part, copy, StandardCopyOption.ATOMIC_MOVE);
                return;
            } catch (NoSuchFileException e) {
                // somebody removed a file that was about to be copied
                if (tries == TRIES) {
                    throw new UncheckedIOException("cannot copy " + workspace, e);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot copy " + workspace, e);
            }
        }
    }

    /// Makes a folder with nothing in it, in which a step is to work. Does nothing when it is
    /// there.
    ///
    /// @throws UncheckedIOException when it cannot be made
    public static void makeEmpty(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + folder, e);
        }
    }

    /// The run to which a folder belongs; empty when it is none of ours.
    public static Optional<RunId> owner(Path folder) {
        return RunId.parse(folder.getFileName().toString().replaceFirst(BESIDE, ""));
    }

    /// Removes a folder and all below it, without following links. Does nothing when there is none.
    ///
    /// @throws UncheckedIOException when something cannot be removed
    public static void delete(Path folder) {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try {
            Files.walkFileTree(folder, new Removal());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + folder, e);
        }
    }

    private static final class Removal extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
                throws IOException {
            if (failure != null) {
                throw failure;
            }
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
        }
    }
}
