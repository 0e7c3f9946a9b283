package dev.runnel.bench;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Submits runs and follows them, as any client does.
final class RunnelClient implements AutoCloseable {
    private static final Pattern ID = Pattern.compile("\"id\":\"([0-9a-f-]{36})\"");
    private static final int ACCEPTED = 202;

    private final URI server;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    RunnelClient(URI server) {
        this.server = server;
    }

    /// Runs the repository and follows its events to the end.
    FollowedRun run(String repository) throws IOException, InterruptedException {
        HttpRequest submission =
                HttpRequest.newBuilder(server.resolve("/api/v1/runs"))
                        .header("Content-Type", "application/json")
                        .POST(
                                HttpRequest.BodyPublishers.ofString(
                                        "{\"url\": \"" + repository + "\"}"))
                        .build();
        long began = System.nanoTime();
        HttpResponse<String> answer = http.send(submission, HttpResponse.BodyHandlers.ofString());
        long accepted = System.nanoTime() - began;
        Matcher id = ID.matcher(answer.body());
        if (answer.statusCode() != ACCEPTED || !id.find()) {
            throw new IOException("refused: " + answer.statusCode() + " " + answer.body());
        }
        String run = id.group(1);
        HttpRequest follow =
                HttpRequest.newBuilder(server.resolve("/api/v1/runs/" + run + "/events"))
                        .header("Accept", "text/event-stream")
                        .build();
        HttpResponse<InputStream> events =
                http.send(follow, HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream in = events.body()) {
            return new EventReader(in).readAll(run, began, accepted);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
