package dev.runnel.executor;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/// Lets every user write to a workspace.
///
/// Steps that run at the same time may move things about in it, so nothing is reached by a path
/// that could lead elsewhere a moment later.
public final class WorkspaceAccess {
    private static final int DEEPEST = 200;
    private static final Set<PosixFilePermission> ALL_WRITE =
            EnumSet.of(
                    PosixFilePermission.OWNER_READ,
                    PosixFilePermission.OWNER_WRITE,
                    PosixFilePermission.GROUP_READ,
                    PosixFilePermission.GROUP_WRITE,
                    PosixFilePermission.OTHERS_READ,
                    PosixFilePermission.OTHERS_WRITE);
    private static final Set<PosixFilePermission> ALL_ENTER =
            EnumSet.of(
                    PosixFilePermission.OWNER_EXECUTE,
                    PosixFilePermission.GROUP_EXECUTE,
                    PosixFilePermission.OTHERS_EXECUTE);

    private int left;

    private WorkspaceAccess() {}

    /// Lets everybody read and write its files and folders.
    ///
    /// @return how many of them could not be changed, because they belong to somebody else
    public static int open(Path workspace) throws IOException {
        WorkspaceAccess access = new WorkspaceAccess();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(workspace)) {
            if (!(stream instanceof SecureDirectoryStream<Path> folder)) {
                throw new IOException("its file system has no safe way to change it");
            }
            access.change(folder.getFileAttributeView(PosixFileAttributeView.class));
            access.openAll(folder, 0);
        }
        return access.left;
    }

    private void openAll(SecureDirectoryStream<Path> folder, int depth) {
        try {
            for (Path entry : folder) {
                open(folder, entry.getFileName(), depth);
            }
        } catch (DirectoryIteratorException e) {
            left++;
        }
    }

    private void open(SecureDirectoryStream<Path> folder, Path name, int depth) {
        PosixFileAttributeView view =
                folder.getFileAttributeView(name, PosixFileAttributeView.class, NOFOLLOW_LINKS);
        try {
            PosixFileAttributes attributes = view.readAttributes();
            // anything else, such as a pipe, would not let go of who opens it
            if (!attributes.isDirectory() && !attributes.isRegularFile()) {
                return;
            }
            change(view);
            if (attributes.isDirectory() && depth < DEEPEST) {
                try (SecureDirectoryStream<Path> inner =
                        folder.newDirectoryStream(name, NOFOLLOW_LINKS)) {
                    openAll(inner, depth + 1);
                }
            } else if (attributes.isDirectory()) {
                left++;
            }
        } catch (IOException e) {
            left++;
        }
    }

    private void change(PosixFileAttributeView view) throws IOException {
        PosixFileAttributes attributes = view.readAttributes();
        Set<PosixFilePermission> wanted = EnumSet.copyOf(ALL_WRITE);
        wanted.addAll(attributes.permissions());
        boolean runs = attributes.permissions().contains(PosixFilePermission.OWNER_EXECUTE);
        if (attributes.isDirectory() || runs) {
            wanted.addAll(ALL_ENTER);
        }
        if (!wanted.equals(attributes.permissions())) {
            view.setPermissions(wanted);
        }
    }
}
