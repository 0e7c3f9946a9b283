package dev.runnel.exchange;

import dev.runnel.artifact.FolderReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/// The file into which the commands of an attempt write what the step gives to others. It lies in
/// the repository's own folder, which is in every workspace and every copy of one, and of which
/// nothing is ever committed or stored.
///
/// The commands may do anything to that folder, at any time: no link is followed, nothing but a
/// plain file is opened, and no more than [OutputText#MOST_BYTES] are read.
public final class OutputFile {
    private static final Path FOLDER = Path.of(".git");

    private OutputFile() {}

    /// Where the file of an attempt lies, relative to the workspace.
    public static String path(int step, int attempt) {
        return FOLDER + "/" + name(step, attempt);
    }

    private static Path name(int step, int attempt) {
        return Path.of("runnel-output-" + step + "-" + attempt);
    }

    /// Whether something is in the place of the file.
    public static boolean isThere(Path workspace, int step, int attempt) {
        return Files.exists(workspace.resolve(path(step, attempt)), LinkOption.NOFOLLOW_LINKS);
    }

    /// Makes the file, empty, for every user of a container to write into. What is in its place
    /// stays: an attempt that is taken up may have written it.
    ///
    /// @return why that is not possible, one sentence for people; empty when it is there
    public static Optional<String> prepare(Path workspace, int step, int attempt) {
        try {
            makeFolder(workspace);
            Path name = name(step, attempt);
            try (SecureDirectoryStream<Path> root = FolderReader.open(workspace);
                    SecureDirectoryStream<Path> folder =
                            root.newDirectoryStream(FOLDER, LinkOption.NOFOLLOW_LINKS)) {
                folder.newByteChannel(
                                name,
                                Set.of(
                                        StandardOpenOption.WRITE,
                                        StandardOpenOption.CREATE_NEW,
                                        LinkOption.NOFOLLOW_LINKS))
                        .close();
                folder.getFileAttributeView(
                                name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                        .setPermissions(PosixFilePermissions.fromString("rw-rw-rw-"));
            }
            return Optional.empty();
        } catch (FileAlreadyExistsException e) {
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(
                    "the file for what the step gives to others cannot be made: " + why(e));
        }
    }

    /// Removes what is in the place of the file, if anything is, as far as that is possible.
    public static void clear(Path workspace, int step, int attempt) {
        if (!isThere(workspace, step, attempt)) {
            return;
        }
        try (SecureDirectoryStream<Path> root = FolderReader.open(workspace);
                SecureDirectoryStream<Path> folder =
                        root.newDirectoryStream(FOLDER, LinkOption.NOFOLLOW_LINKS)) {
            remove(folder, name(step, attempt));
        } catch (IOException e) {
            System.getLogger(OutputFile.class.getName())
                    .log(System.Logger.Level.DEBUG, "a file was not removed", e);
        }
    }

    private static void makeFolder(Path workspace) throws IOException {
        try {
            Files.createDirectory(workspace.resolve(FOLDER));
        } catch (FileAlreadyExistsException e) {
            // as nearly always
        }
    }

    private static void remove(SecureDirectoryStream<Path> folder, Path name) throws IOException {
        try {
            folder.deleteFile(name);
        } catch (NoSuchFileException e) {
            // as nearly always
        } catch (FileSystemException e) {
            folder.deleteDirectory(name);
        }
    }

    /// What came of reading the file.
    public sealed interface Found {
        /// There is no such file.
        record Nothing() implements Found {}

        /// What it holds.
        record Content(ByteBuffer bytes) implements Found {}

        /// It is not to be read.
        ///
        /// @param why one sentence for people, without its full stop
        record Refused(String why) implements Found {}
    }

    /// Reads the file of an attempt.
    public static Found read(Path workspace, int step, int attempt) {
        Path name = name(step, attempt);
        try (SecureDirectoryStream<Path> root = FolderReader.open(workspace);
                SecureDirectoryStream<Path> folder =
                        root.newDirectoryStream(FOLDER, LinkOption.NOFOLLOW_LINKS)) {
            boolean isFile =
                    folder.getFileAttributeView(
                                    name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                            .readAttributes()
                            .isRegularFile();
            return isFile ? content(folder, name) : new Found.Refused("it is no plain file");
        } catch (NoSuchFileException e) {
            return new Found.Nothing();
        } catch (IOException e) {
            return new Found.Refused("it cannot be read: " + why(e));
        }
    }

    private static Found content(SecureDirectoryStream<Path> folder, Path name) throws IOException {
        ByteBuffer read = ByteBuffer.allocate(OutputText.MOST_BYTES + 1);
        try (SeekableByteChannel file =
                folder.newByteChannel(
                        name, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            while (read.hasRemaining() && file.read(read) >= 0) {
                // until it is full or the file ends
            }
        }
        return read.hasRemaining()
                ? new Found.Content(read.flip())
                : new Found.Refused("it has more than " + OutputText.MOST_BYTES + " bytes");
    }

    private static String why(IOException e) {
        return e instanceof FileSystemException broken && broken.getReason() != null
                ? broken.getReason()
                : e.getClass().getSimpleName();
    }
}
