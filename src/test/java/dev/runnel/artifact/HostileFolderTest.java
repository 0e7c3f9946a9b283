package dev.runnel.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Somebody swaps a folder for a link to another one, again and again, while Runnel reads and
/// writes.
@Timeout(60)
class HostileFolderTest {
    private static final int ROUNDS = 2_000;
    private static final byte[] CONTENT = "mine".getBytes(StandardCharsets.UTF_8);

    @TempDir Path temp;

    private Path root;
    private Path outside;

    @BeforeEach
    void makeFolders() throws IOException {
        root = Files.createDirectory(temp.resolve("root"));
        outside = Files.createDirectory(temp.resolve("outside"));
        Files.writeString(outside.resolve("a"), "secret");
    }

    @Test
    void nothingOutsideIsRead() throws Exception {
        Files.createDirectory(root.resolve("out"));
        Files.writeString(root.resolve("out/a"), "mine");
        List<String> read = new ArrayList<>();
        whileItIsSwapped(() -> {
            for (int round = 0; round < ROUNDS || read.isEmpty(); round++) {
                FolderReader.read(root, new Reading(read));
            }
        });
        assertThat(read).isNotEmpty().containsOnly("mine");
    }

    @Test
    void nothingOutsideIsWritten() throws Exception {
        Files.createDirectory(root.resolve("out"));
        Artifact file =
                new Artifact(
                        "out/a",
                        CONTENT.length,
                        HexFormat.of().formatHex(FolderWriter.sha256().digest(CONTENT)));
        int[] written = {0};
        whileItIsSwapped(() -> {
            try (FolderWriter writer = new FolderWriter(root, temp.resolve("parts"))) {
                for (int round = 0; round < ROUNDS || written[0] == 0; round++) {
                    try {
                        writer.file(
                                file,
                                PosixFilePermissions.fromString("rw-------"),
                                new ByteArrayInputStream(CONTENT));
                        written[0]++;
                    } catch (FileSystemException e) {
                        // it was swapped at that moment
                    }
                }
            }
        });
        assertThat(written[0]).isPositive();
        assertThat(outside.resolve("a")).hasContent("secret");
        assertThat(outside.toFile().list()).containsExactly("a");
    }

    private interface Work {
        void run() throws IOException;
    }

    private void whileItIsSwapped(Work work) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        Thread swapping = new Thread(() -> swap(over));
        swapping.start();
        try {
            work.run();
        } finally {
            over.set(true);
            swapping.join();
        }
    }

    private void swap(AtomicBoolean over) {
        Path folder = root.resolve("out");
        Path aside = temp.resolve("aside");
        while (!over.get()) {
            try {
                Files.move(folder, aside, StandardCopyOption.ATOMIC_MOVE);
                Files.createSymbolicLink(folder, outside);
                Files.delete(folder);
                Files.move(aside, folder, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                // the other made the folder anew in between
                tidy(folder, aside);
            }
        }
    }

    private static void tidy(Path folder, Path aside) {
        try {
            if (Files.isSymbolicLink(folder)) {
                Files.delete(folder);
            }
            if (Files.exists(aside)) {
                Files.deleteIfExists(aside.resolve("a"));
                Files.delete(aside);
            }
            Files.createDirectories(folder);
        } catch (IOException e) {
            // the next round tries again
        }
    }

    private record Reading(List<String> read) implements FolderReader.Visitor {
        @Override
        public boolean wants(String path) {
            return true;
        }

        @Override
        public void file(String path, PosixFileAttributes attributes, SeekableByteChannel content)
                throws IOException {
            ByteBuffer buffer = ByteBuffer.allocate(100);
            content.read(buffer);
            read.add(new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8));
        }

        @Override
        public void other(String path, Optional<String> link) {}

        @Override
        public void skipped(String path, String why) {}
    }
}
