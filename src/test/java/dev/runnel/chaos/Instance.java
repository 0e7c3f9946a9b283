package dev.runnel.chaos;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// One place for a packaged server: always the same address, a new process after each death.
final class Instance implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(90);
    private static final int OK = 200;

    private final String name;
    private final Path jar;
    private final Path folder;
    private final Map<String, String> settings;
    private final int port;
    private final AtomicInteger revivals = new AtomicInteger();
    private @Nullable Process process;

    /// @param folder shared by all instances, as their workspaces are
    Instance(String name, Path jar, Path folder, Map<String, String> settings) throws IOException {
        this.name = name;
        this.jar = jar;
        this.folder = folder;
        this.settings = settings;
        try (ServerSocket socket = new ServerSocket(0)) {
            this.port = socket.getLocalPort();
        }
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + port);
    }

    String name() {
        return name;
    }

    /// Starts a process; does not wait for it.
    synchronized void launch() throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xmx384m"));
        // a server does not get old here
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.add("-Dquarkus.http.port=" + port);
        settings.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.addAll(List.of("-jar", jar.toString(), "server"));
        process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(
                                        folder.resolve(name + ".log").toFile()))
                        .start();
    }

    void awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START.toNanos();
        HttpRequest request =
                HttpRequest.newBuilder(address().resolve("/q/health/ready"))
                        .timeout(Duration.ofSeconds(2))
                        .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            while (!answers(http, request)) {
                if (System.nanoTime() > deadline) {
                    throw new IOException(name + " did not start; see " + folder);
                }
                if (!isAlive()) {
                    revive();
                }
                Thread.sleep(50);
            }
        }
    }

    // a server that starts while the database is away says so and ends; whoever started it does so
    // again
    private void revive() throws IOException {
        List<String> log = Files.readAllLines(folder.resolve(name + ".log"));
        String end = String.join("\n", log.subList(Math.max(0, log.size() - 3), log.size()));
        if (!end.contains("The database cannot be used")) {
            throw new IOException(name + " ended by itself: " + end);
        }
        revivals.incrementAndGet();
        launch();
    }

    /// How often it was started again because the database was away at its start.
    int revivals() {
        return revivals.get();
    }

    private static boolean answers(HttpClient http, HttpRequest request)
            throws InterruptedException {
        try {
            return http.send(request, BodyHandlers.discarding()).statusCode() == OK;
        } catch (IOException e) {
            return false;
        }
    }

    synchronized boolean isAlive() {
        return process != null && process.isAlive();
    }

    synchronized void kill() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    /// TERM, and waits for the end.
    ///
    /// @return whether it ended in time
    synchronized boolean end(Duration atMost) throws InterruptedException {
        if (process == null) {
            return true;
        }
        process.destroy();
        return process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    synchronized void stop() throws IOException, InterruptedException {
        signal("-STOP");
    }

    synchronized void proceed() throws IOException, InterruptedException {
        signal("-CONT");
    }

    private void signal(String signal) throws IOException, InterruptedException {
        if (process != null && process.isAlive()) {
            Commands.run("kill", signal, Long.toString(process.pid()));
        }
    }

    @Override
    public synchronized void close() {
        if (process != null) {
            process.destroyForcibly();
        }
    }
}
