package dev.runnel.cli;

import com.sun.net.httpserver.HttpServer;
import dev.runnel.app.Server;
import io.quarkus.runtime.QuarkusApplication;
import jakarta.enterprise.inject.spi.CDI;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `runnel server`
@Command(
        name = "server",
        description = {
            "Starts the service and stays until it is told to end.",
            "Without a configured database it starts a PostgreSQL of its own."
        },
        mixinStandardHelpOptions = true)
final class ServerCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        return Server.run();
    }

    /// `runnel warm-up`: a short life of a server in a folder of its own, with one run, beside a
    /// Docker engine that is none. While it lasts, `build/record-classes` has Java note what later
    /// starts need. Nobody else has a use for it.
    @Command(name = "warm-up", hidden = true)
    static final class WarmUp implements Callable<Integer> {
        @Option(names = "--example", paramLabel = "FOLDER", required = true)
        private Path example;

        @Override
        public Integer call() throws IOException {
            Path folder = Files.createTempDirectory("runnel-warm-up");
            HttpServer engine = idleEngine();
            try (ExampleRepository repository = ExampleRepository.of(example)) {
                Map.of(
                                "runnel.data-dir",
                                folder.toString(),
                                "runnel.executor",
                                "process",
                                "runnel.docker.host",
                                "tcp://127.0.0.1:" + engine.getAddress().getPort(),
                                "runnel.git.allowed-schemes",
                                "file",
                                "quarkus.http.port",
                                "0",
                                "quarkus.log.level",
                                "ERROR",
                                Life.REPOSITORY,
                                repository.url())
                        .forEach(System::setProperty);
                return Server.run(Life.class);
            } finally {
                engine.stop(0);
                delete(folder);
            }
        }

        /// What answers as an engine that holds nothing: a machine that records may have none.
        private static HttpServer idleEngine() throws IOException {
            HttpServer engine =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            engine.createContext(
                    "/",
                    exchange -> {
                        boolean ping = exchange.getRequestURI().getPath().endsWith("/_ping");
                        byte[] answer = (ping ? "OK" : "[]").getBytes(StandardCharsets.UTF_8);
                        exchange.getResponseHeaders().set("Content-Type", "application/json");
                        exchange.sendResponseHeaders(200, answer.length);
                        exchange.getResponseBody().write(answer);
                        exchange.close();
                    });
            engine.start();
            return engine;
        }

        private static void delete(Path folder) throws IOException {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }

        /// What the server is asked.
        static final class Life implements QuarkusApplication {
            private static final String REPOSITORY = "warm-up.repository";
            private static final Duration LIMIT = Duration.ofMinutes(2);

            @Override
            public int run(String... arguments) throws InterruptedException {
                // whoever waits for the recording must not wait for ever
                Thread own = Thread.currentThread();
                Thread limit = Thread.ofVirtual().start(() -> interruptLater(own));
                try {
                    return live();
                } finally {
                    limit.interrupt();
                }
            }

            private static void interruptLater(Thread thread) {
                try {
                    Thread.sleep(LIMIT);
                    thread.interrupt();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }

            private static int live() throws InterruptedException {
                URI server =
                        CDI.current()
                                .select(io.quarkus.vertx.http.HttpServer.class)
                                .get()
                                .getLocalBaseUri();
                Server.askExecutors();
                RunnelClient client = new RunnelClient(server);
                String url = System.getProperty(REPOSITORY);
                String id = client.submit(Map.of("url", url), Optional.empty()).path("id").asText();
                int outcome =
                        LivePrinter.follow(
                                client, id, List.of(), false, new PrintWriter(Writer.nullWriter()));
                read(client, id);
                probe(server);
                return outcome;
            }

            private static void probe(URI server) {
                URI ready = server.resolve("/q/health/ready");
                try (InputStream answer = ready.toURL().openStream()) {
                    answer.transferTo(OutputStream.nullOutputStream());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }

            private static void read(RunnelClient client, String id) throws InterruptedException {
                client.list(Map.of("limit", "10"));
                client.cancel(id);
                try (InputStream log = client.log(id, List.of(), Map.of())) {
                    log.transferTo(OutputStream.nullOutputStream());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }
}
