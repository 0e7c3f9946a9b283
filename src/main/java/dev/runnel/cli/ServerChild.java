package dev.runnel.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A server in a process of its own, which ends with this one.
final class ServerChild implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(90);
    private static final Duration END = Duration.ofSeconds(60);

    private final Process process;
    private final RunnelClient client;
    private final Path log;
    private final Thread hook;

    private ServerChild(Process process, RunnelClient client, Path log) {
        this.process = process;
        this.client = client;
        this.log = log;
        this.hook = new Thread(process::destroy);
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /// Starts a server and waits until it is ready.
    ///
    /// @param settings configuration by property name
    static ServerChild start(int port, Map<String, String> settings) throws InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add("-Dquarkus.http.port=" + port);
        settings.forEach((name, value) -> command.add("-D" + name + "=" + value));
        command.addAll(List.of("-jar", System.getProperty("java.class.path"), "server"));
        try {
            Path log = Files.createTempFile("runnel-demo", ".log");
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start();
            RunnelClient client = new RunnelClient(URI.create("http://127.0.0.1:" + port));
            ServerChild child = new ServerChild(process, client, log);
            child.awaitReady();
            return child;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitReady() throws InterruptedException {
        long deadline = System.nanoTime() + START.toNanos();
        while (System.nanoTime() < deadline && process.isAlive()) {
            try {
                client.list(Map.of("limit", "1"));
                return;
            } catch (CliFailure e) {
                Thread.sleep(50);
            }
        }
        String printed = String.join("\n", lines());
        close();
        throw new CliFailure(Runnel.UNREACHABLE, "the server did not start:\n" + printed);
    }

    RunnelClient client() {
        return client;
    }

    /// What the server has warned of.
    List<String> warnings() {
        return lines().stream().filter(line -> line.contains("WARN")).toList();
    }

    private List<String> lines() {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void awaitEnd() throws InterruptedException {
        process.waitFor();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(END.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            Files.deleteIfExists(log);
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (IllegalStateException e) {
            // this process is ending, and the hook with it
        }
    }
}
