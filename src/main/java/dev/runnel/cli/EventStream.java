package dev.runnel.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.BiConsumer;

/// Reads the server-sent events of one run (WHATWG HTML, §9.2) to the last one, reconnecting where
/// it was when the connection breaks.
final class EventStream {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final RunnelClient client;
    private final String run;
    private long last;
    private boolean ended;

    EventStream(RunnelClient client, String run) {
        this.client = client;
        this.run = run;
    }

    /// Gives every event once, in order, until `end`.
    ///
    /// @param consumer takes the event's type and its data
    /// @throws CliFailure when the server stays away, or refuses
    void read(BiConsumer<String, JsonNode> consumer) throws InterruptedException {
        Duration pause = FIRST_PAUSE;
        long heard = System.nanoTime();
        while (!ended) {
            long before = last;
            try {
                connect(consumer);
            } catch (CliFailure e) {
                boolean gone = System.nanoTime() - heard > PATIENCE.toNanos();
                if (e.exitCode() != Runnel.UNREACHABLE || last == 0 || gone) {
                    throw e;
                }
            }
            if (last > before) {
                heard = System.nanoTime();
                pause = FIRST_PAUSE;
            }
            if (!ended) {
                Thread.sleep(pause);
                pause = pause.multipliedBy(2);
                pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
            }
        }
    }

    private void connect(BiConsumer<String, JsonNode> consumer) throws InterruptedException {
        HttpResponse<InputStream> response = client.events(run, last);
        if (response.statusCode() == 204) {
            ended = true;
            return;
        }
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            readFrames(lines, consumer);
        } catch (IOException e) {
            // broken off; the next connection goes on after `last`
        }
    }

    private void readFrames(BufferedReader lines, BiConsumer<String, JsonNode> consumer)
            throws IOException {
        String type = "";
        StringBuilder data = new StringBuilder();
        for (String line = lines.readLine(); line != null && !ended; line = lines.readLine()) {
            if (line.startsWith("event:")) {
                type = line.substring("event:".length()).strip();
            } else if (line.startsWith("data:")) {
                data.append(line.substring("data:".length()).strip());
            } else if (line.isEmpty() && !data.isEmpty()) {
                frame(type, data.toString(), consumer);
                data.setLength(0);
                type = "";
            }
        }
    }

    private void frame(String type, String data, BiConsumer<String, JsonNode> consumer) {
        JsonNode event;
        try {
            event = JSON.readTree(data);
        } catch (IOException e) {
            throw new UncheckedIOException("the server sent an event that is no JSON", e);
        }
        last = event.path("seq").asLong(last);
        consumer.accept(type, event);
        ended = type.equals("end");
    }
}
