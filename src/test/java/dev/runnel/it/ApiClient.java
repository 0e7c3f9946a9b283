package dev.runnel.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
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
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Uses a server as any HTTP client would.
public final class ApiClient {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI address;

    public ApiClient(URI address) {
        this.address = address;
    }

    /// Submits a run and gives its id.
    public String submit(String url) throws IOException, InterruptedException {
        HttpResponse<String> response = post(url);
        if (response.statusCode() != 202) {
            throw new AssertionError(response.statusCode() + " " + response.body());
        }
        return JSON.readTree(response.body()).get("id").asText();
    }

    private HttpResponse<String> post(String url) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(address.resolve("/api/v1/runs"))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(JSON.writeValueAsString(Map.of("url", url))))
                        .build(),
                BodyHandlers.ofString());
    }

    public JsonNode run(String id) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(address.resolve("/api/v1/runs/" + id)).build();
        return JSON.readTree(http.send(request, BodyHandlers.ofString()).body());
    }

    /// The status of the answer to `GET`.
    int status(String path) throws IOException, InterruptedException {
        return http.send(
                        HttpRequest.newBuilder(address.resolve(path)).build(),
                        BodyHandlers.discarding())
                .statusCode();
    }

    /// What the metrics say; 0 when they do not have it.
    ///
    /// @param name of one without labels
    public double metric(String name) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(address.resolve("/q/metrics")).build();
        return http.send(request, BodyHandlers.ofString())
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
                .findFirst()
                .orElse(0);
    }

    public int cancel(String id) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(address.resolve("/api/v1/runs/" + id)).DELETE().build();
        return http.send(request, BodyHandlers.discarding()).statusCode();
    }

    /// Every event of the run from the one after `after` up to the first that satisfies the
    /// condition, reading the stream while it happens; reconnects when the stream breaks.
    public List<JsonNode> eventsUntil(String id, long after, Predicate<JsonNode> last)
            throws InterruptedException {
        List<JsonNode> events = new ArrayList<>();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            long from = events.isEmpty() ? after : events.getLast().get("seq").asLong();
            try (Stream<String> lines = openEvents(id, from)) {
                for (String line : (Iterable<String>) lines::iterator) {
                    if (line.isBlank()) {
                        continue;
                    }
                    JsonNode event = JSON.readTree(line);
                    events.add(event);
                    if (last.test(event)) {
                        return events;
                    }
                }
            } catch (IOException | UncheckedIOException e) {
                // the server is away or went away; ask again
            }
            Thread.sleep(100);
        }
        throw new AssertionError("not seen in time; events so far: " + events);
    }

    private Stream<String> openEvents(String id, long after)
            throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(
                                address.resolve("/api/v1/runs/" + id + "/events?after=" + after))
                        .header("Accept", "application/x-ndjson")
                        .timeout(Duration.ofSeconds(10))
                        .build();
        HttpResponse<Stream<String>> response = http.send(request, BodyHandlers.ofLines());
        if (response.statusCode() != 200 && response.statusCode() != 204) {
            throw new IOException("status " + response.statusCode());
        }
        return response.body();
    }

    /// Every event of the run, read to its end.
    public List<JsonNode> allEvents(String id) throws InterruptedException {
        return eventsUntil(id, 0, ApiClient::isEnd);
    }

    /// Every line of one connection to the events of the run, until the server ends it in order.
    List<String> follow(String id) {
        try (Stream<String> lines = openEvents(id, 0)) {
            return lines.filter(line -> !line.isBlank()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// Submits runs until one is not accepted; gives the answer to that.
    HttpResponse<String> awaitRefusal(String url) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            HttpResponse<String> response = post(url);
            if (response.statusCode() != 202) {
                return response;
            }
            Thread.sleep(20);
        }
        throw new AssertionError("still accepted");
    }

    static boolean isEnd(JsonNode event) {
        return event.get("type").asText().equals("end");
    }

    /// The lines that a run printed.
    static List<String> lines(List<JsonNode> events) {
        return events.stream()
                .filter(event -> event.get("type").asText().equals("output"))
                .map(event -> event.get("line").asText())
                .toList();
    }
}
