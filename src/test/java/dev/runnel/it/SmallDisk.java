package dev.runnel.it;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// A file system of a few megabytes, which can be filled up. It needs root.
final class SmallDisk implements AutoCloseable {
    private static final byte[] BLOCK = new byte[4096];

    private final Path place;

    private SmallDisk(Path place) {
        this.place = place;
    }

    static SmallDisk mount(Path place, int megabytes) throws IOException, InterruptedException {
        Files.createDirectories(place);
        run("mount", "-t", "tmpfs", "-o", "mode=0700,size=" + megabytes + "m", "tmpfs", place);
        return new SmallDisk(place);
    }

    Path place() {
        return place;
    }

    /// Takes all the room that is left.
    void fill() throws IOException {
        try (OutputStream file = Files.newOutputStream(place.resolve("filling"))) {
            while (true) {
                file.write(BLOCK);
            }
        } catch (IOException e) {
            if (!String.valueOf(e.getMessage()).contains("No space left")) {
                throw e;
            }
        }
    }

    /// Gives it back.
    void free() throws IOException {
        Files.delete(place.resolve("filling"));
    }

    private static void run(Object... command) throws IOException, InterruptedException {
        String[] words = new String[command.length];
        for (int word = 0; word < words.length; word++) {
            words[word] = command[word].toString();
        }
        if (new ProcessBuilder(words).inheritIO().start().waitFor() != 0) {
            throw new IOException(String.join(" ", words) + " failed");
        }
    }

    @Override
    public void close() throws IOException {
        try {
            run("umount", "--lazy", place);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
