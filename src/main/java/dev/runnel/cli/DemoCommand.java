package dev.runnel.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `runnel demo`
@Command(
        name = "demo",
        description = "Starts a server, runs an example on it, shows it live, and ends.",
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
    private static final int USUAL_PORT = 8080;
    private static final String NO_IMAGE = "image-not-found";

    @Spec private CommandSpec spec;

    @Option(
            names = "--example",
            paramLabel = "FOLDER",
            defaultValue = "examples/hello-world",
            description = "what is run, made into a git repository; default: ${DEFAULT-VALUE}")
    private Path example;

    @Option(names = "--keep", description = "leave the server running until Ctrl-C")
    private boolean keep;

    @Override
    public Integer call() throws InterruptedException {
        try (ExampleRepository repository = ExampleRepository.of(example)) {
            return demo(repository.url());
        }
    }

    private int demo(String url) throws InterruptedException {
        int port = freePort();
        int code;
        try (ServerChild server = start(port, "auto")) {
            code = runOn(server, url);
            if (!imageIsMissing(server)) {
                finish(server);
                return code;
            }
        }
        say(
                "",
                "!! Docker answers but has no image for this example and cannot pull one.",
                "!! Once more as a plain process of this machine: NOTHING IS ISOLATED.",
                "");
        try (ServerChild server = start(port, "process")) {
            code = runOn(server, url);
            finish(server);
            return code;
        }
    }

    private ServerChild start(int port, String executor) throws InterruptedException {
        say("starting a server on port " + port + " …");
        ServerChild server =
                ServerChild.start(
                        port,
                        Map.of(
                                "runnel.executor",
                                executor,
                                "runnel.git.allowed-schemes",
                                "https,ssh,file"));
        server.warnings().forEach(this::say);
        return server;
    }

    private int runOn(ServerChild server, String url) throws InterruptedException {
        RunnelClient client = server.client();
        say("submitting " + url);
        JsonNode run = client.submit(Map.of("url", url), Optional.empty());
        String id = run.path("id").asText();
        return LivePrinter.follow(client, id, List.of(), false, out());
    }

    private static boolean imageIsMissing(ServerChild server) throws InterruptedException {
        JsonNode newest = server.client().list(Map.of("limit", "1")).path("runs").path(0);
        return newest.path("reason").asText().equals(NO_IMAGE);
    }

    private void finish(ServerChild server) throws InterruptedException {
        String address = server.client().server().toString();
        if (keep) {
            say(
                    "",
                    "The API is open:    " + address + "/q/swagger-ui",
                    "Submit another run: ./runnel run --server " + address + " GIT-URL --follow",
                    "or with curl:       curl -H 'Content-Type: application/json' \\",
                    "                      -d '{\"url\":\"GIT-URL\"}' " + address + "/api/v1/runs",
                    "Ctrl-C ends the server.");
            server.awaitEnd();
            return;
        }
        say(
                "",
                "Start a server that stays:  ./runnel server",
                "then open the API:          http://127.0.0.1:8080/q/swagger-ui",
                "and submit another run:     ./runnel run GIT-URL --follow",
                "or with curl:               curl -H 'Content-Type: application/json' \\",
                "                              -d '{\"url\":\"GIT-URL\"}'"
                        + " http://127.0.0.1:8080/api/v1/runs");
    }

    private void say(String... lines) {
        for (String line : lines) {
            out().println(line);
        }
        out().flush();
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private static int freePort() {
        return isFree(USUAL_PORT) ? USUAL_PORT : anyPort();
    }

    private static boolean isFree(int port) {
        try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static int anyPort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
