package dev.runnel.artifact.directory;

import dev.runnel.artifact.FolderWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/// Contents of files, each kept once under its checksum: `ab/abcdef…`. One that is there is whole.
final class Blobs {
    private static final int BUFFER = 64 * 1024;

    private final Path folder;
    private final Path parts;

    /// @param parts where contents are that are not whole yet; on the same file system
    Blobs(Path folder, Path parts) {
        this.folder = folder;
        this.parts = parts;
    }

    /// A kept content.
    record Blob(String sha256, long bytes) {}

    /// Reads a content to its end and keeps it.
    ///
    /// @param limit how many bytes it may have
    /// @return empty when it has more
    /// @throws IOException when it cannot be read
    /// @throws UncheckedIOException when it cannot be kept
    Optional<Blob> keep(ReadableByteChannel content, long limit) throws IOException {
        Path part = parts.resolve(UUID.randomUUID().toString());
        MessageDigest digest = FolderWriter.sha256();
        try {
            long bytes = 0;
            try (OutputStream out = openPart(part)) {
                byte[] bytesRead = new byte[BUFFER];
                ByteBuffer buffer = ByteBuffer.wrap(bytesRead);
                while (content.read(buffer) >= 0) {
                    bytes += buffer.position();
                    if (bytes > limit) {
                        return Optional.empty();
                    }
                    digest.update(bytesRead, 0, buffer.position());
                    writePart(out, bytesRead, buffer.position());
                    buffer.clear();
                }
            }
            String sha256 = HexFormat.of().formatHex(digest.digest());
            put(part, sha256);
            return Optional.of(new Blob(sha256, bytes));
        } finally {
            deletePart(part);
        }
    }

    private static OutputStream openPart(Path part) {
        try {
            return Files.newOutputStream(part);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void writePart(OutputStream out, byte[] bytes, int length) {
        try {
            out.write(bytes, 0, length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void put(Path part, String sha256) {
        Path blob = path(sha256);
        try {
            if (!Files.exists(blob)) {
                Files.createDirectories(blob.getParent());
                Files.move(part, blob, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void deletePart(Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The content; empty when it is not kept.
    Optional<InputStream> open(String sha256) throws IOException {
        try {
            return Optional.of(Files.newInputStream(path(sha256)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /// All contents and their sizes.
    Map<String, Long> sizes() throws IOException {
        Map<String, Long> sizes = new HashMap<>();
        if (!Files.isDirectory(folder)) {
            return sizes;
        }
        try (Stream<Path> files = Files.walk(folder, 2)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                sizes.put(file.getFileName().toString(), Files.size(file));
            }
        }
        return sizes;
    }

    void delete(String sha256) throws IOException {
        Files.deleteIfExists(path(sha256));
    }

    private Path path(String sha256) {
        return folder.resolve(sha256.substring(0, 2)).resolve(sha256);
    }
}
