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
    private final long readyNanos;
    private final String description;

    private RunnelServer(URI uri, Optional<Process> process, long readyNanos, String description) {
        this.uri = uri;
        this.process = process;
        this.readyNanos = readyNanos;
        this.description = description;
    }

    static RunnelServer open(Path root, BenchOptions options, Path scratch)
            throws IOException, InterruptedException {
        if (options.server().isPresent()) {
            URI running = options.server().get();
            return new RunnelServer(running, Optional.empty(), 0, "server " + running);
        }
        Map<String, String> environment =
                Map.of(
                        "RUNNEL_DATA_DIR",
                        scratch.resolve("data").toString(),
                        "RUNNEL_GIT_ALLOWED_SCHEMES",
                        "https,ssh,file",
                        "RUNNEL_EXECUTOR",
                        options.executor(),
                        "RUNNEL_JAVA_OPTIONS",
                        options.javaOptions("server"));
        return start(
                root,
                environment,
                scratch.resolve("server.log"),
                "server of this build, heap " + options.heap());
    }

    /// Starts one as an operator would, with `./runnel server`, and waits until it is ready.
    ///
    /// @param log what it prints goes here
    static RunnelServer start(
            Path root, Map<String, String> environment, Path log, String description)
            throws IOException, InterruptedException {
        int port = freePort();
        ProcessBuilder command =
                new ProcessBuilder(root.resolve("runnel").toString(), "server")
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        command.environment().putAll(environment);
        command.environment().put("QUARKUS_HTTP_PORT", Integer.toString(port));
        URI uri = URI.create("http://127.0.0.1:" + port);
        try (HttpClient http = HttpClient.newHttpClient()) {
            long began = System.nanoTime();
            Process started = command.start();
            try {
                awaitReady(http, uri, started, log);
            } catch (IOException e) {
                stop(started);
                throw e;
            }
            long ready = System.nanoTime() - began;
            return new RunnelServer(
                    uri,
                    Optional.of(started),
                    ready,
                    description + ", ready after " + ready / 1_000_000 + " ms");
        }
    }

    URI uri() {
        return uri;
    }

    String describe() {
        return description;
    }

    /// How long it took from the command to the first answer that it is ready.
    long readyNanos() {
        return readyNanos;
    }

    /// How much processor time the server's process has taken, in seconds; 0 when it is not ours.
    double cpuSeconds() {
        return process.flatMap(started -> started.info().totalCpuDuration())
                .map(taken -> taken.toMillis() / 1000.0)
                .orElse(0.0);
    }

    /// How much processor time the processes below this folder have taken, in seconds: those of the
    /// embedded Postgres, which works in its data.
    static double cpuSecondsBelow(Path folder) {
        return ProcessHandle.allProcesses()
                .filter(process -> worksBelow(folder, process))
                .flatMap(process -> process.info().totalCpuDuration().stream())
                .mapToDouble(taken -> taken.toMillis() / 1000.0)
                .sum();
    }

    private static boolean worksBelow(Path folder, ProcessHandle process) {
        try {
            boolean ofPostgres = process.info().command().orElse("").endsWith("postgres");
            return ofPostgres
                    && Path.of("/proc/" + process.pid() + "/cwd").toRealPath().startsWith(folder);
        } catch (IOException e) {
            // it has ended, or is not ours to look at
            return false;
        }
    }

    /// How much of its heap the server uses now, in MiB, what is garbage already included.
    double heapMebibytes(HttpClient http) throws IOException, InterruptedException {
        HttpRequest metrics = HttpRequest.newBuilder(uri.resolve("/q/metrics")).build();
        double bytes =
                http.send(metrics, HttpResponse.BodyHandlers.ofString())
                        .body()
                        .lines()
                        .filter(line -> line.startsWith("jvm_memory_used_bytes{area=\"heap\""))
                        .mapToDouble(
                                line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                        .sum();
        return bytes / (1 << 20);
    }

    /// The most memory that the server's process had, when it is one of ours on Linux.
    Optional<String> peakMemory() throws IOException {
        return memory("VmHWM:");
    }

    /// The memory that the server's process has now, when it is one of ours on Linux.
    Optional<String> memory() throws IOException {
        return memory("VmRSS:");
    }

    private Optional<String> memory(String figure) throws IOException {
        Optional<Path> status =
                process.map(started -> Path.of("/proc/" + started.pid() + "/status"))
                        .filter(Files::isReadable);
        return status.isEmpty()
                ? Optional.empty()
                : Files.readAllLines(status.get()).stream()
                        .filter(line -> line.startsWith(figure))
                        .map(line -> line.substring(figure.length()).strip())
                        .findFirst();
    }

    @Override
    public void close() {
        process.ifPresent(RunnelServer::stop);
    }

    private static void awaitReady(HttpClient http, URI uri, Process started, Path log)
            throws IOException, InterruptedException {
        HttpRequest ready = HttpRequest.newBuilder(uri.resolve("/q/health/ready")).build();
        long deadline = System.nanoTime() + LONGEST_START.toNanos();
        while (!answers(http, ready)) {
            if (!started.isAlive() || System.nanoTime() > deadline) {
                throw new IOException("the server did not start:\n" + Files.readString(log));
            }
            Thread.sleep(10);
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
