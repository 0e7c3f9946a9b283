package dev.runnel.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/// Answers as a server would: every request gets the next of the answers that were prepared, and is
/// kept for the test to look at.
final class FakeRunnel implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final List<Answer> answers = new ArrayList<>();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();

    /// A request as it came.
    record Asked(String line, @Nullable String lastEventId, @Nullable String key, String body) {}

    /// What happens behind the last byte of an answer.
    enum Then {
        /// The answer ends as it should.
        END,
        /// The connection is cut.
        CUT,
        /// Nothing comes any more, and the connection stays.
        SILENCE
    }

    private record Answer(int status, String type, String body, Then then) {}

    FakeRunnel() {
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    FakeRunnel answerJson(int status, String json) {
        answers.add(new Answer(status, "application/json", json, Then.END));
        return this;
    }

    FakeRunnel answerProblem(int status, String json) {
        answers.add(new Answer(status, "application/problem+json", json, Then.END));
        return this;
    }

    FakeRunnel answerText(String text) {
        answers.add(new Answer(200, "text/plain;charset=UTF-8", text, Then.END));
        return this;
    }

    FakeRunnel answerStatus(int status) {
        answers.add(new Answer(status, "text/html", "<html>", Then.END));
        return this;
    }

    FakeRunnel answerEvents(Then then, String... frames) {
        answers.add(new Answer(200, "text/event-stream", String.join("", frames), then));
        return this;
    }

    List<Asked> asked() {
        return asked;
    }

    private void handle(HttpExchange exchange) throws IOException {
        Answer answer = next(exchange);
        exchange.getResponseHeaders().set("Content-Type", answer.type());
        if (answer.status() == 204) {
            exchange.sendResponseHeaders(204, -1);
            return;
        }
        exchange.sendResponseHeaders(answer.status(), 0);
        OutputStream body = exchange.getResponseBody();
        body.write(answer.body().getBytes(UTF_8));
        body.flush();
        switch (answer.then()) {
            case END -> body.close();
            // without the last chunk, which is how a client sees that there should be more
            case CUT -> exchange.close();
            case SILENCE -> awaitClose();
        }
    }

    private synchronized Answer next(HttpExchange exchange) throws IOException {
        asked.add(
                new Asked(
                        exchange.getRequestMethod() + " " + exchange.getRequestURI(),
                        exchange.getRequestHeaders().getFirst("Last-Event-ID"),
                        exchange.getRequestHeaders().getFirst("Idempotency-Key"),
                        new String(exchange.getRequestBody().readAllBytes(), UTF_8)));
        return answers.removeFirst();
    }

    private void awaitClose() {
        try {
            closing.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        threads.close();
    }
}
