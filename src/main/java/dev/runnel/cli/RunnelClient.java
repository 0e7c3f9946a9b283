package dev.runnel.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Talks to the API of a server. What the server refuses and what cannot be reached become a
/// [CliFailure] with a sentence for people.
final class RunnelClient {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final URI server;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(5))
                    .build();
    private volatile boolean answered;

    RunnelClient(URI server) {
        this.server = server;
    }

    URI server() {
        return server;
    }

    /// Submits a run; gives it back as it is stored.
    JsonNode submit(Map<String, Object> request, Optional<String> key) throws InterruptedException {
        return post("/api/v1/runs", request, key);
    }

    private JsonNode post(String path, Map<String, Object> body, Optional<String> key)
            throws InterruptedException {
        HttpRequest.Builder post =
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(write(body)));
        key.ifPresent(value -> post.header("Idempotency-Key", value));
        return json(post.build());
    }

    /// Submits a run that repeats this one; gives the new one back as it is stored.
    JsonNode rerun(String id, Map<String, Object> wish, Optional<String> key)
            throws InterruptedException {
        return post("/api/v1/runs/" + encoded(id) + "/rerun", wish, key);
    }

    JsonNode cancel(String id) throws InterruptedException {
        return json(request("/api/v1/runs/" + encoded(id)).DELETE().build());
    }

    JsonNode cancel(String id, int step) throws InterruptedException {
        String path = "/api/v1/runs/" + encoded(id) + "/steps/" + step + "/cancel";
        return json(request(path).POST(BodyPublishers.noBody()).build());
    }

    JsonNode list(Map<String, String> query) throws InterruptedException {
        return json(request("/api/v1/runs?" + parameters(query)).build());
    }

    JsonNode run(String id) throws InterruptedException {
        return json(request("/api/v1/runs/" + encoded(id)).build());
    }

    /// The output of a run as text.
    ///
    /// @param steps only of these; empty for all
    /// @param options further parameters of the query
    InputStream log(String id, List<Integer> steps, Map<String, String> options)
            throws InterruptedException {
        String path = "/api/v1/runs/" + encoded(id) + "/log" + query(steps, options);
        return open(request(path).build()).body();
    }

    /// The lines of a run's output that hold a text.
    ///
    /// @param times the parameters `from` and `to`, if any
    JsonNode search(
            String id, List<Integer> steps, String text, boolean regex, Map<String, String> times)
            throws InterruptedException {
        Map<String, String> options = new LinkedHashMap<>(times);
        options.put("q", text);
        options.put("limit", "1000");
        if (regex) {
            options.put("regex", "true");
        }
        String path = "/api/v1/runs/" + encoded(id) + "/log/search" + query(steps, options);
        return json(request(path).build());
    }

    /// The events of a run as a stream of server-sent events.
    ///
    /// @param steps only of these; empty for all
    /// @param after sequence number of the last event that is known, 0 for none
    /// @return whatever the server answered, faults of its own too
    /// @throws IOException when there was no answer; trying again may help
    HttpResponse<InputStream> events(String id, List<Integer> steps, long after)
            throws IOException, InterruptedException {
        HttpRequest.Builder get =
                request("/api/v1/runs/" + encoded(id) + "/events" + query(steps, Map.of()))
                        .header("Accept", "text/event-stream");
        if (after > 0) {
            get.header("Last-Event-ID", Long.toString(after));
        }
        return send(get.build());
    }

    private static String query(List<Integer> steps, Map<String, String> options) {
        Map<String, String> all = new LinkedHashMap<>(options);
        if (!steps.isEmpty()) {
            all.put("step", steps.stream().map(String::valueOf).collect(Collectors.joining(",")));
        }
        return all.isEmpty() ? "" : "?" + parameters(all);
    }

    private static String parameters(Map<String, String> query) {
        return query.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + encoded(entry.getValue()))
                .collect(Collectors.joining("&"));
    }

    /// Whether the server has answered anything so far.
    boolean hasAnswered() {
        return answered;
    }

    private HttpResponse<InputStream> send(HttpRequest request)
            throws IOException, InterruptedException {
        HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
        answered = true;
        return response;
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(server.resolve(path)).timeout(PATIENCE);
    }

    private JsonNode json(HttpRequest request) throws InterruptedException {
        try (InputStream body = open(request).body()) {
            return JSON.readTree(body);
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    private HttpResponse<InputStream> open(HttpRequest request) throws InterruptedException {
        try {
            HttpResponse<InputStream> response = send(request);
            if (response.statusCode() >= 400) {
                throw refused(response);
            }
            return response;
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    /// Why there was no answer.
    CliFailure unreachable(IOException cause) {
        String why = cause.getMessage() == null ? "no connection" : cause.getMessage();
        return new CliFailure(
                Runnel.UNREACHABLE,
                server
                        + " cannot be reached ("
                        + why
                        + "); start one with `runnel server`, or name another with --server");
    }

    /// What the server says against a request.
    static CliFailure refused(HttpResponse<InputStream> response) throws IOException {
        String body;
        try (InputStream in = response.body()) {
            body = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        int code = response.statusCode() == 503 ? Runnel.UNREACHABLE : Runnel.FAILED;
        return new CliFailure(code, sentence(response.statusCode(), body));
    }

    /// What an `application/problem+json` (RFC 9457) says, in a few lines.
    static String sentence(int status, String body) {
        JsonNode problem;
        try {
            problem = JSON.readTree(body);
        } catch (JsonProcessingException e) {
            return "the server answered " + status;
        }
        StringBuilder text = new StringBuilder();
        text.append(problem.path("title").asText("the server answered " + status));
        add(text, ": ", problem.path("detail").asText());
        add(text, "\n  ", problem.path("hint").asText());
        for (JsonNode error : problem.path("errors")) {
            add(text, "\n  ", error.path("pointer").asText());
            add(text, " ", error.path("detail").asText());
            add(text, "; ", error.path("hint").asText());
        }
        return text.toString();
    }

    private static void add(StringBuilder text, String before, String part) {
        if (!part.isEmpty()) {
            text.append(before).append(part);
        }
    }

    private static String write(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a map of strings is JSON", e);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
