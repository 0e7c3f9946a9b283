package dev.runnel.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The servers as a client sees them. A server that is away, stopped or not ready is an
/// [IOException]: try the other one.
final class Api implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(4);
    private static final int OK = 200;
    private static final int ACCEPTED = 202;

    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(PATIENCE)
                    .build();

    /// Submits a run under a key and gives its id.
    String submit(URI server, String key, String url) throws IOException, InterruptedException {
        String body = JSON.writeValueAsString(Map.of("url", url, "variables", Map.of("TAG", key)));
        HttpResponse<String> response =
                http.send(
                        HttpRequest.newBuilder(server.resolve("/api/v1/runs"))
                                .timeout(PATIENCE)
                                .header("Content-Type", "application/json")
                                .header("Idempotency-Key", key)
                                .POST(BodyPublishers.ofString(body))
                                .build(),
                        BodyHandlers.ofString());
        if (response.statusCode() != ACCEPTED && response.statusCode() != OK) {
            throw new IOException(response.statusCode() + " " + response.body());
        }
        return JSON.readTree(response.body()).get("id").asText();
    }

    JsonNode run(URI server, String id) throws IOException, InterruptedException {
        HttpResponse<String> response =
                http.send(
                        HttpRequest.newBuilder(server.resolve("/api/v1/runs/" + id))
                                .timeout(PATIENCE)
                                .build(),
                        BodyHandlers.ofString());
        if (response.statusCode() != OK) {
            throw new IOException(response.statusCode() + " " + response.body());
        }
        return JSON.readTree(response.body());
    }

    /// All events of a run that has ended.
    List<JsonNode> events(URI server, String id) throws IOException, InterruptedException {
        List<JsonNode> events = new ArrayList<>();
        try (InputStream stream = follow(server, id, 0);
                BufferedReader lines = new BufferedReader(new InputStreamReader(stream, UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isBlank()) {
                    events.add(parse(line));
                }
            }
        }
        return events;
    }

    /// The events after this one, as lines of JSON, while they happen.
    InputStream follow(URI server, String id, long after) throws IOException, InterruptedException {
        HttpResponse<InputStream> response =
                http.send(
                        HttpRequest.newBuilder(
                                        server.resolve(
                                                "/api/v1/runs/" + id + "/events?after=" + after))
                                .header("Accept", "application/x-ndjson")
                                .timeout(PATIENCE)
                                .build(),
                        BodyHandlers.ofInputStream());
        if (response.statusCode() != OK) {
            response.body().close();
            throw new IOException("status " + response.statusCode());
        }
        return response.body();
    }

    static JsonNode parse(String line) throws IOException {
        return JSON.readTree(line);
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
