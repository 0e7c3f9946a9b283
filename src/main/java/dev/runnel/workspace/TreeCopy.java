package dev.runnel.workspace;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Copies a folder as it is: owners, modes, times, links as links, files with several names as one
/// file. Shares the blocks with the original where the file system can. Used once.
final class TreeCopy extends SimpleFileVisitor<Path> {
    private static final long BLOCK = 4096;
    private static final Set<PosixFilePermission> USABLE =
            PosixFilePermissions.fromString("rwx------");

    private final Path source;
    private final Path target;
    private final long limit;
    private final Owner self;
    private final Map<Object, Path> linked = new HashMap<>();
    private final Deque<Opened> open = new ArrayDeque<>();
    private long bytes;

    private record Owner(Object user, Object group) {
        static Owner of(Map<String, Object> attributes) {
            return new Owner(
                    Objects.requireNonNull(attributes.get("uid")),
                    Objects.requireNonNull(attributes.get("gid")));
        }
    }

    /// A folder whose content is being copied, and what it is to have when that is done.
    private record Opened(int mode, FileTime modified, FileTime accessed) {}

    /// The folder cannot be copied as it is, and the message says why.
    static final class NotCopiedException extends IOException {
        private static final long serialVersionUID = 1L;

        NotCopiedException(String message) {
            super(message);
        }
    }

    private TreeCopy(Path source, Path target, long limit) throws IOException {
        this.source = source;
        this.target = target;
        this.limit = limit;
        this.self = Owner.of(Files.readAttributes(Path.of("/proc/self"), "unix:uid,gid"));
    }

    /// Copies a folder to a place where nothing is. What was copied until a failure stays there.
    ///
    /// @param limit how many bytes the copy may take; every file takes whole blocks of 4 KiB
    /// @throws NotCopiedException when it is larger, or files have an owner that this process
    ///   cannot give them
    static void copy(Path source, Path target, long limit)
            throws IOException, InterruptedException {
        TreeCopy copy = new TreeCopy(source, target, limit);
        Files.walkFileTree(source, copy);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
            throws IOException {
        Path copy = copyOf(folder);
        Map<String, Object> known = unixAttributes(folder);
        count(BLOCK);
        copy(folder, copy);
        checkOwner(folder, copy, known);
        int mode = (Integer) Objects.requireNonNull(known.get("mode"));
        open.push(new Opened(mode, attributes.lastModifiedTime(), attributes.lastAccessTime()));
        Set<PosixFilePermission> permissions =
                Files.getPosixFilePermissions(copy, LinkOption.NOFOLLOW_LINKS);
        if (!permissions.containsAll(USABLE)) {
            Set<PosixFilePermission> more = EnumSet.copyOf(USABLE);
            more.addAll(permissions);
            Files.setPosixFilePermissions(copy, more);
        }
        return Thread.currentThread().isInterrupted()
                ? FileVisitResult.TERMINATE
                : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
        Path copy = copyOf(file);
        Map<String, Object> known = unixAttributes(file);
        boolean several = (Integer) Objects.requireNonNull(known.get("nlink")) > 1;
        @Nullable Path same =
                several ? linked.get(Objects.requireNonNull(attributes.fileKey())) : null;
        if (same != null) {
            Files.createLink(copy, same);
            return FileVisitResult.CONTINUE;
        }
        count(Math.max(BLOCK, (attributes.size() + BLOCK - 1) / BLOCK * BLOCK));
        if (attributes.isOther()) {
            copySpecial(file, copy);
        } else {
            copy(file, copy);
        }
        if (attributes.isSymbolicLink()) {
            setTimes(copy, attributes.lastModifiedTime(), attributes.lastAccessTime());
        }
        checkOwner(file, copy, known);
        if (several) {
            linked.put(Objects.requireNonNull(attributes.fileKey()), copy);
        }
        return Thread.currentThread().isInterrupted()
                ? FileVisitResult.TERMINATE
                : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
            throws IOException {
        if (failure != null) {
            throw failure;
        }
        // what was copied into it has changed its times
        Opened before = open.pop();
        Path copy = copyOf(folder);
        Files.setAttribute(copy, "unix:mode", before.mode() & 07777, LinkOption.NOFOLLOW_LINKS);
        setTimes(copy, before.modified(), before.accessed());
        return FileVisitResult.CONTINUE;
    }

    private static void setTimes(Path copy, FileTime modified, FileTime accessed)
            throws IOException {
        Files.getFileAttributeView(copy, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .setTimes(modified, accessed, null);
    }

    private Path copyOf(Path path) {
        return target.resolve(source.relativize(path));
    }

    private static Map<String, Object> unixAttributes(Path path) throws IOException {
        return Files.readAttributes(path, "unix:uid,gid,mode,nlink", LinkOption.NOFOLLOW_LINKS);
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
    }

    /// A pipe, a socket or a device, which Java would open and read.
    private static void copySpecial(Path from, Path to) throws IOException {
        Process cp =
                new ProcessBuilder("cp", "-a", "--", from.toString(), to.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            if (cp.waitFor() != 0) {
                throw new NotCopiedException(from.getFileName() + " is a special file");
            }
        } catch (InterruptedException e) {
            cp.destroyForcibly();
            // the walk ends at the next file
            Thread.currentThread().interrupt();
        }
    }

    private void count(long more) throws NotCopiedException {
        bytes += more;
        if (bytes > limit) {
            throw new NotCopiedException("it takes more than " + limit / (1024 * 1024) + " MiB");
        }
    }

    /// An owner that cannot be given is passed over in silence by the copy.
    private void checkOwner(Path from, Path to, Map<String, Object> known) throws IOException {
        Owner wanted = Owner.of(known);
        if (!wanted.equals(self) && !wanted.equals(Owner.of(unixAttributes(to)))) {
            throw new NotCopiedException(
                    source.relativize(from)
                            + " belongs to another user, and Runnel does not run as root");
        }
    }
}
