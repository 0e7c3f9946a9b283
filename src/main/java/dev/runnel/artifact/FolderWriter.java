package dev.runnel.artifact;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.PosixFilePermission;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// Writes files into a folder without ever leaving it, whatever somebody does to the folder
/// meanwhile: everything is made in a private folder and moved into an open one. Used by one
/// thread.
public final class FolderWriter implements AutoCloseable {
    private final Path root;
    private final Path parts;
    private final SecureDirectoryStream<Path> from;
    private int made;

    /// @param root the folder to write into
    /// @param parts a folder on the same file system, which is made here and removed by `close`
    public FolderWriter(Path root, Path parts) throws IOException {
        this.root = root;
        this.parts = parts;
        Files.createDirectories(parts);
        this.from = FolderReader.open(parts);
    }

    /// Writes a file in place of what is there.
    ///
    /// @return whether the content was what it should be; if not, nothing was written
    /// @throws IOException when it cannot be written, for example because there is a folder
    public boolean file(Artifact file, Set<PosixFilePermission> permissions, InputStream content)
            throws IOException {
        Path part = parts.resolve("part-" + made++);
        MessageDigest digest = sha256();
        try (OutputStream out = new DigestOutputStream(Files.newOutputStream(part), digest)) {
            content.transferTo(out);
        }
        if (!HexFormat.of().formatHex(digest.digest()).equals(file.sha256())) {
            Files.delete(part);
            return false;
        }
        Files.setPosixFilePermissions(part, permissions);
        moveIn(part, file.path());
        return true;
    }

    /// Makes a link in place of what is there; where it leads is not looked at.
    public void link(String path, String target) throws IOException {
        Path part = parts.resolve("part-" + made++);
        Files.createSymbolicLink(part, Path.of(target));
        moveIn(part, path);
    }

    private void moveIn(Path part, String path) throws IOException {
        List<String> names = List.of(path.split("/"));
        SecureDirectoryStream<Path> folder = FolderReader.open(root);
        try {
            for (String name : names.subList(0, names.size() - 1)) {
                SecureDirectoryStream<Path> inner = enter(folder, Path.of(name));
                folder.close();
                folder = inner;
            }
            from.move(part.getFileName(), folder, Path.of(names.getLast()));
        } finally {
            folder.close();
        }
    }

    private SecureDirectoryStream<Path> enter(SecureDirectoryStream<Path> folder, Path name)
            throws IOException {
        try {
            return folder.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            // it is made below
        } catch (FileSystemException e) {
            folder.deleteFile(name);
        }
        Path part = Files.createDirectory(parts.resolve("part-" + made++));
        from.move(part.getFileName(), folder, name);
        return folder.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS);
    }

    /// A digest of SHA-256.
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public void close() {
        try (from;
                Stream<Path> left = Files.list(parts)) {
            for (Path part : left.toList()) {
                Files.delete(part);
            }
            Files.delete(parts);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
