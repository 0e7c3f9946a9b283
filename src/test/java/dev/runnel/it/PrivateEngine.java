package dev.runnel.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A Docker engine of a test's own, which can be stopped and started. It has no network.
final class PrivateEngine implements AutoCloseable {
    private final Path folder;
    private @Nullable Process process;

    private PrivateEngine(Path folder) {
        this.folder = folder;
        this.process = null;
    }

    /// An engine that is not started yet.
    static PrivateEngine in(Path folder) {
        return new PrivateEngine(folder);
    }

    String host() {
        return "unix://" + folder.resolve("docker.sock");
    }

    /// Starts the engine, waits until it answers, and gives it the image `alpine`.
    void start() throws IOException, InterruptedException {
        process =
                new ProcessBuilder(
                                // an engine without a bridge deletes docker0, which is another
                                // engine's
                                "unshare",
                                "--net",
                                "dockerd",
                                "--host=" + host(),
                                "--data-root=" + folder.resolve("data"),
                                "--exec-root=" + folder.resolve("exec"),
                                "--pidfile=" + folder.resolve("pid"),
                                "--bridge=none",
                                "--iptables=false")
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("dockerd.log").toFile())
                        .start();
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (run("docker", "-H", host(), "version") != 0) {
            if (System.nanoTime() > deadline || !process.isAlive()) {
                throw new AssertionError(
                        "dockerd did not start:\n"
                                + Files.readString(folder.resolve("dockerd.log")));
            }
            Thread.sleep(200);
        }
        if (run("sh", "-c", "docker save alpine:latest | docker -H " + host() + " load") != 0) {
            throw new AssertionError("the image could not be loaded");
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    /// Stops the engine and waits for its end.
    void stop() throws InterruptedException {
        if (process != null) {
            process.destroy();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                process.waitFor();
            }
            process = null;
        }
    }

    @Override
    public void close() throws IOException {
        try {
            stop();
            // overlay and shm mounts keep the folder from being deleted
            try (Stream<String> mounts = Files.lines(Path.of("/proc/mounts"))) {
                for (String mount :
                        mounts.map(line -> line.split(" ", 3)[1])
                                .filter(place -> place.startsWith(folder.toString()))
                                .toList()) {
                    run("umount", "-l", mount);
                }
            }
            run("rm", "-rf", folder.resolve("data").toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
