package dev.runnel.artifact;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads what is in a folder without ever leaving it, whatever somebody does to the folder
/// meanwhile: every name is looked up in an open folder, and no link is followed.
public final class FolderReader {
    private static final int DEEPEST = 100;

    private final Path root;
    private final Visitor visitor;

    /// Hears of what is in the folder, folder by folder, names in order.
    public interface Visitor {
        /// Whether this path is wanted; asked for everything but folders.
        boolean wants(String path);

        /// A file that is wanted. What goes wrong with the file is thrown as an `IOException`, and
        /// the file is skipped; anything else ends the reading.
        void file(String path, PosixFileAttributes attributes, SeekableByteChannel content)
                throws IOException;

        /// Something that is wanted and is no file.
        ///
        /// @param link what it says when it is a link
        void other(String path, Optional<String> link);

        /// A path that cannot be read.
        void skipped(String path, String why);
    }

    private FolderReader(Path root, Visitor visitor) {
        this.root = root;
        this.visitor = visitor;
    }

    /// Shows the folder to a visitor.
    ///
    /// @throws IOException when the folder itself cannot be read
    public static void read(Path root, Visitor visitor) throws IOException {
        FolderReader reader = new FolderReader(root, visitor);
        try (SecureDirectoryStream<Path> folder = open(root)) {
            reader.readFolder(folder, "", 1);
        }
    }

    /// An open folder, which no link leads to.
    ///
    /// @throws IOException when it cannot be opened; also on a file system that has no such folders
    @SuppressWarnings("StreamResourceLeak") // the caller closes it
    public static SecureDirectoryStream<Path> open(Path folder) throws IOException {
        Path real = folder.toRealPath(LinkOption.NOFOLLOW_LINKS);
        DirectoryStream<Path> stream = Files.newDirectoryStream(real);
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        stream.close();
        throw new IOException("the file system of " + folder + " cannot open folders safely");
    }

    private void readFolder(SecureDirectoryStream<Path> folder, String prefix, int depth)
            throws IOException {
        List<Path> names = new ArrayList<>();
        folder.forEach(entry -> names.add(entry.getFileName()));
        names.sort(Comparator.comparing(Path::toString));
        for (Path name : names) {
            String path = prefix + name;
            try {
                readEntry(folder, name, path, depth);
            } catch (NoSuchFileException e) {
                // somebody removed it meanwhile
            } catch (FileSystemException e) {
                String reason = e.getReason();
                visitor.skipped(path, reason == null ? e.getClass().getSimpleName() : reason);
            }
        }
    }

    private void readEntry(SecureDirectoryStream<Path> folder, Path name, String path, int depth)
            throws IOException {
        PosixFileAttributes attributes =
                folder.getFileAttributeView(
                                name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                        .readAttributes();
        if (attributes.isDirectory()) {
            if (depth == DEEPEST) {
                visitor.skipped(path, "it lies more than " + DEEPEST + " folders deep");
                return;
            }
            try (SecureDirectoryStream<Path> inner =
                    folder.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
                readFolder(inner, path + "/", depth + 1);
            }
        } else if (visitor.wants(path)) {
            if (attributes.isRegularFile()) {
                try (SeekableByteChannel content =
                        folder.newByteChannel(
                                name, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
                    visitor.file(path, attributes, content);
                }
            } else {
                visitor.other(path, attributes.isSymbolicLink() ? link(path) : Optional.empty());
            }
        }
    }

    // there is no way to ask an open folder; what a link says gives nothing away
    private Optional<String> link(String path) throws IOException {
        return Optional.of(Files.readSymbolicLink(root.resolve(path)).toString());
    }
}
