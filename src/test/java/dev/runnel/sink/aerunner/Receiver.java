package dev.runnel.sink.aerunner;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Stream;

/// Somebody who is called back: an HTTP server on loopback that writes down what it gets. It can be
/// switched off and on again at the same address.
final class Receiver implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Answer OK = new Answer(200, "{}", Map.of());

    private final List<Got> got = new CopyOnWriteArrayList<>();
    private volatile Function<Got, Optional<Answer>> script = _ -> Optional.empty();
    private final int port;
    private HttpServer server;

    /// One request that it got.
    record Got(Instant at, String method, String path, Headers headers, JsonNode body) {
        String header(String name) {
            return headers.getFirst(name);
        }
    }

    /// What it says to a request.
    record Answer(int status, String body, Map<String, String> headers) {
        static Answer of(int status) {
            return new Answer(status, "", Map.of());
        }

        static Answer linkingTo(String href) {
            return new Answer(
                    201,
                    "{\"id\": 7, \"_links\": {\"self\": {\"href\": \"" + href + "\"}}}",
                    Map.of());
        }

        Answer with(String header, String value) {
            return new Answer(status, body, Map.of(header, value));
        }
    }

    Receiver() {
        this.server = listen(0);
        this.port = server.getAddress().getPort();
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    /// From now on, requests for which this says something are answered with it, the others with
    /// 200.
    void answer(Function<Got, Optional<Answer>> with) {
        script = with;
    }

    List<Got> got() {
        return got;
    }

    List<Got> got(String path) {
        return got.stream().filter(request -> request.path().equals(path)).toList();
    }

    Stream<JsonNode> bodies(String path) {
        return got(path).stream().map(Got::body);
    }

    void switchOff() {
        server.stop(0);
    }

    void switchOn() {
        server = listen(port);
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private HttpServer listen(int where) {
        try {
            HttpServer opened =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), where), 0);
            opened.createContext("/", this::handle);
            opened.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            opened.start();
            return opened;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Got request =
                    new Got(
                            Instant.now(),
                            exchange.getRequestMethod(),
                            exchange.getRequestURI().toString(),
                            exchange.getRequestHeaders(),
                            JSON.readTree(exchange.getRequestBody().readAllBytes()));
            Answer answer = script.apply(request).orElse(OK);
            // before it answers, so that whoever sees the effect sees the request
            got.add(request);
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            answer.headers().forEach(exchange.getResponseHeaders()::add);
            exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
