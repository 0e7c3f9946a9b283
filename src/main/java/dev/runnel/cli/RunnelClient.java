package dev.runnel.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/// Talks to a server. Whatever goes wrong is a [CommandFailed] that says what to do.
final class RunnelClient {
    private static final String RUNS = "/api/v1/runs";
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(60);
    private static final int SUCCESS = 200;
    private static final int FIRST_REFUSAL = 300;

    private final JsonMapper json = new JsonMapper();
    private final HttpClient http = HttpClient.newBuilder().connectTimeout(CONNECT_LIMIT).build();
    private final URI server;

    /// @param server http or https address, without a path
    RunnelClient(URI server) {
        this.server = server;
    }

    URI server() {
        return server;
    }

    /// Asks for a run.
    ///
    /// @param request the body
    /// @param key the caller's own name for the request
    JsonNode submit(Map<String, ?> request, Optional<String> key) {
        HttpRequest.Builder post =
                request(RUNS)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(write(request)));
        key.ifPresent(text -> post.header("Idempotency-Key", text));
        return read(send(post));
    }

    /// A page of runs, newest first.
    JsonNode runs(Map<String, String> query) {
        return read(send(request(RUNS + queryText(query)).GET()));
    }

    /// Asks a run to stop.
    JsonNode cancel(String id) {
        return read(send(request(path(id)).DELETE()));
    }

    /// What the steps of a run printed so far, as it comes in.
    InputStream log(String id, Map<String, String> query) {
        return send(request(path(id) + "/log" + queryText(query)).GET()).body();
    }

    /// The events of a run, as they come in.
    ///
    /// @param after the last event that is known already
    /// @throws IOException when the server cannot be reached; trying again may help
    HttpResponse<InputStream> events(String id, Map<String, String> query, OptionalLong after)
            throws IOException {
        HttpRequest.Builder get =
                request(path(id) + "/events" + queryText(query))
                        .header("Accept", "text/event-stream")
                        .GET();
        after.ifPresent(seq -> get.header("Last-Event-ID", Long.toString(seq)));
        return exchange(get);
    }

    /// What the server says against a request.
    CommandFailed refusal(HttpResponse<InputStream> answer) {
        return new CommandFailed(ExitCode.REFUSED, explanation(answer));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(server.resolve(path)).timeout(ANSWER_LIMIT);
    }

    private static String path(String id) {
        return RUNS + "/" + encoded(id);
    }

    private static String queryText(Map<String, String> query) {
        return query.isEmpty()
                ? ""
                : query.entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + encoded(entry.getValue()))
                        .collect(Collectors.joining("&", "?", ""));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }

    private HttpResponse<InputStream> send(HttpRequest.Builder request) {
        HttpResponse<InputStream> answer;
        try {
            answer = exchange(request);
        } catch (IOException e) {
            throw unreachable(e);
        }
        if (answer.statusCode() < SUCCESS || answer.statusCode() >= FIRST_REFUSAL) {
            throw refusal(answer);
        }
        return answer;
    }

    private HttpResponse<InputStream> exchange(HttpRequest.Builder request) throws IOException {
        try {
            return http.send(request.build(), BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /// Why there was no answer.
    CommandFailed unreachable(IOException cause) {
        String what =
                cause instanceof ConnectException
                        ? "No server answers at " + server
                        : "The server at " + server + " did not answer: " + cause.getMessage();
        return new CommandFailed(
                ExitCode.UNREACHABLE,
                what
                        + ".\nStart one here with `runnel server`, or name another with --server or in"
                        + " RUNNEL_SERVER.");
    }

    private String explanation(HttpResponse<InputStream> answer) {
        String text = text(answer);
        String type = answer.headers().firstValue("Content-Type").orElse("");
        if (!type.startsWith("application/problem+json")) {
            return server
                    + " answered with status "
                    + answer.statusCode()
                    + " and nothing that Runnel would say. Is it a Runnel?";
        }
        return explanation(parse(text));
    }

    private static String explanation(JsonNode problem) {
        StringBuilder lines = new StringBuilder(problem.path("title").asText());
        JsonNode faults = problem.path("errors");
        if (faults.isEmpty()) {
            appendLine(lines, problem.path("detail"), problem.path("hint"));
        }
        for (JsonNode fault : faults) {
            lines.append("\n  ").append(fault.path("pointer").asText()).append(':');
            appendLine(lines, fault.path("detail"), fault.path("hint"));
        }
        problem.path("errorId")
                .asText()
                .lines()
                .forEach(id -> lines.append("\nThe log of the server says more about ").append(id));
        return lines.toString();
    }

    private static void appendLine(StringBuilder lines, JsonNode detail, JsonNode hint) {
        if (!detail.asText().isEmpty()) {
            lines.append(lines.charAt(lines.length() - 1) == ':' ? " " : ": ");
            lines.append(detail.asText());
        }
        if (!hint.asText().isEmpty()) {
            lines.append(" (").append(hint.asText()).append(')');
        }
    }

    private JsonNode read(HttpResponse<InputStream> answer) {
        return parse(text(answer));
    }

    private String text(HttpResponse<InputStream> answer) {
        try (InputStream body = answer.body()) {
            return new String(body.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    /// Reads JSON that the server wrote.
    JsonNode parse(String text) {
        try {
            return json.readTree(text);
        } catch (JsonProcessingException e) {
            throw new CommandFailed(
                    ExitCode.UNREACHABLE,
                    server + " does not answer like a Runnel: " + e.getOriginalMessage());
        }
    }

    private String write(Map<String, ?> body) {
        try {
            return json.writeValueAsString(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a request is plain data", e);
        }
    }
}
