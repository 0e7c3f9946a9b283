package dev.runnel.executor.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executor.RecordingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A Docker engine of a test's own, which it may stop and start. It needs root.
final class PrivateEngine implements AutoCloseable {
    private final Path folder;
    private final List<String> options;
    private @Nullable Process process;

    private PrivateEngine(Path folder, List<String> options) {
        this.folder = folder;
        this.options = options;
    }

    /// Starts an engine and gives it the image `alpine`.
    static PrivateEngine launch(String... options) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("runnel-engine");
        PrivateEngine engine = new PrivateEngine(folder, List.of(options));
        try {
            engine.start();
            String archive = folder.resolve("alpine.tar").toString();
            DockerCommand.run("save", "--output", archive, "alpine");
            DockerCommand.runAt(engine.host(), "load", "--input", archive);
            return engine;
        } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
            engine.close();
            throw e;
        }
    }

    String host() {
        return "unix://" + folder.resolve("socket");
    }

    void start() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        // In a network of its own: an engine without a bridge takes away the bridge of the others
        command.addAll(List.of("unshare", "--net", "dockerd", "--bridge=none", "--iptables=false"));
        command.addAll(List.of("--host", host()));
        command.addAll(List.of("--data-root", folder.resolve("data").toString()));
        command.addAll(List.of("--exec-root", folder.resolve("exec").toString()));
        command.addAll(List.of("--pidfile", folder.resolve("pid").toString()));
        command.addAll(options);
        process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
                        .start();
        DockerExecutor executor = new DockerExecutor(TestDockerConfig.at(host()));
        try {
            RecordingListener.await(
                    () -> executor.unavailable().isEmpty(), "the engine in " + folder);
        } finally {
            executor.close();
        }
    }

    /// Ends the engine the way a system does.
    void stop() throws InterruptedException {
        if (process != null) {
            process.destroy();
            assertThat(process.waitFor(40, TimeUnit.SECONDS)).as("the engine ends").isTrue();
            process = null;
        }
    }

    @Override
    public void close() throws IOException {
        try {
            remove();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void remove() throws IOException, InterruptedException {
        if (process != null) {
            String all = DockerCommand.runAt(host(), "ps", "--all", "--quiet");
            for (String container : all.lines().toList()) {
                DockerCommand.runAt(host(), "rm", "--force", container);
            }
        }
        stop();
        // An engine that keeps its containers leaves its mounts behind
        for (String mount : Files.readAllLines(Path.of("/proc/mounts"))) {
            String place = mount.split(" ", -1)[1];
            if (place.startsWith(folder.toString())) {
                new ProcessBuilder("umount", "--lazy", place).start().waitFor();
            }
        }
        new ProcessBuilder("rm", "-rf", folder.toString()).inheritIO().start().waitFor();
        assertThat(folder).doesNotExist();
    }
}
