package dev.runnel.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// The server that is measured: one that runs already, or a packaged one that is started with an
/// embedded database in a scratch folder.
final class RunnelServer implements AutoCloseable {
    private static final Duration LONGEST_START = Duration.ofMinutes(5);
    private static final Duration LONGEST_STOP = Duration.ofSeconds(60);
    private static final int OK = 200;

    private final URI uri;
    private final Optional<Process> process;
    private final String description;

    private RunnelServer(URI uri, Optional<Process> process, String description) {
        this.uri = uri;
        this.process = process;
        this.description = description;
    }

    static RunnelServer open(Path root, BenchOptions options, Path scratch)
            throws IOException, InterruptedException {
        if (options.server().isPresent()) {
            URI running = options.server().get();
            return new RunnelServer(running, Optional.empty(), "server " + running);
        }
        int port = freePort();
        Path log = scratch.resolve("server.log");
        ProcessBuilder command =
                new ProcessBuilder(root.resolve("runnel").toString(), "server")
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        command.environment()
                .putAll(
                        Map.of(
                                "QUARKUS_HTTP_PORT", Integer.toString(port),
                                "RUNNEL_DATA_DIR", scratch.resolve("data").toString(),
                                "RUNNEL_GIT_ALLOWED_SCHEMES", "https,ssh,file",
                                "RUNNEL_EXECUTOR", options.executor(),
                                "RUNNEL_JAVA_OPTIONS", "-Xmx" + options.heap()));
        long began = System.nanoTime();
        Process started = command.start();
        URI uri = URI.create("http://127.0.0.1:" + port);
        try {
            awaitReady(uri, started, log);
        } catch (IOException e) {
            stop(started);
            throw e;
        }
        long millis = (System.nanoTime() - began) / 1_000_000;
        return new RunnelServer(
                uri,
                Optional.of(started),
                "server of this build, heap " + options.heap() + ", ready after " + millis + " ms");
    }

    URI uri() {
        return uri;
    }

    String describe() {
        return description;
    }

    /// The most memory that the server's process had, when it is one of ours on Linux.
    Optional<String> peakMemory() throws IOException {
        Optional<Path> status =
                process.map(started -> Path.of("/proc/" + started.pid() + "/status"))
                        .filter(Files::isReadable);
        return status.isEmpty()
                ? Optional.empty()
                : Files.readAllLines(status.get()).stream()
                        .filter(line -> line.startsWith("VmHWM:"))
                        .map(line -> line.substring("VmHWM:".length()).strip())
                        .findFirst();
    }

    @Override
    public void close() {
        process.ifPresent(RunnelServer::stop);
    }

    private static void awaitReady(URI uri, Process started, Path log)
            throws IOException, InterruptedException {
        HttpRequest ready = HttpRequest.newBuilder(uri.resolve("/q/health/ready")).build();
        long deadline = System.nanoTime() + LONGEST_START.toNanos();
        try (HttpClient http = HttpClient.newHttpClient()) {
            while (true) {
                if (answers(http, ready)) {
                    return;
                }
                if (!started.isAlive() || System.nanoTime() > deadline) {
                    throw new IOException("the server did not start:\n" + Files.readString(log));
                }
                Thread.sleep(20);
            }
        }
    }

    private static boolean answers(HttpClient http, HttpRequest ready) throws InterruptedException {
        try {
            return http.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode() == OK;
        } catch (IOException _) {
            return false;
        }
    }

    private static void stop(Process process) {
        process.destroy();
        try {
            if (!process.waitFor(LONGEST_STOP.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
