package dev.runnel.cli;

import dev.runnel.app.Server;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.vertx.http.HttpServer;
import jakarta.enterprise.inject.spi.CDI;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
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

    /// `runnel warm-up`: a short life of a server in a folder of its own, with one run. While it
    /// lasts, `build/record-classes` has Java note what later starts need. Nobody else has a use
    /// for it.
    @Command(name = "warm-up", hidden = true)
    static final class WarmUp implements Callable<Integer> {
        @Option(names = "--example", paramLabel = "FOLDER", required = true)
        private Path example;

        @Override
        public Integer call() throws IOException {
            Path folder = Files.createTempDirectory("runnel-warm-up");
            try (ExampleRepository repository = ExampleRepository.of(example)) {
                Map.of(
                                "runnel.data-dir",
                                folder.toString(),
                                "runnel.executor",
                                "process",
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
                delete(folder);
            }
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
                URI server = CDI.current().select(HttpServer.class).get().getLocalBaseUri();
                RunnelClient client = new RunnelClient(server);
                String url = System.getProperty(REPOSITORY);
                String id = client.submit(Map.of("url", url), Optional.empty()).path("id").asText();
                int outcome =
                        LivePrinter.follow(
                                client, id, List.of(), false, new PrintWriter(Writer.nullWriter()));
                read(client, id);
                return outcome;
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
