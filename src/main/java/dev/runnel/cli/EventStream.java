package dev.runnel.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
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
import java.util.List;
import java.util.function.BiConsumer;

/// The events of one run, each exactly once and in order, whatever happens to the connection: after
/// a cut, a stall or a fault of the server it goes on behind the last event that came. Reads
/// server-sent events (WHATWG HTML, §9.2) as far as the server uses them.
final class EventStream {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int NO_CONTENT = 204;
    private static final int OK = 200;
    private static final int FIRST_SERVER_FAULT = 500;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final RunnelClient client;
    private final String run;
    private final List<Integer> steps;
    private final Limits limits;
    private long last;
    private boolean ended;
    private volatile long lastSign = System.nanoTime();

    /// @param silence how long a connection without any sign of life is taken for alive
    /// @param patience how long to try to get a lost connection back
    record Limits(Duration silence, Duration patience) {
        /// The server gives a sign of life every few seconds.
        static final Limits USUAL = new Limits(Duration.ofSeconds(45), Duration.ofMinutes(2));
    }

    /// @param steps only of these; empty for all
    EventStream(RunnelClient client, String run, List<Integer> steps, Limits limits) {
        this.client = client;
        this.run = run;
        this.steps = steps;
        this.limits = limits;
    }

    /// Gives every event once, in order, until `end`.
    ///
    /// @param consumer takes the event's type and its data
    /// @throws CliFailure when the server refuses, stays away, or was never there
    void read(BiConsumer<String, JsonNode> consumer) throws InterruptedException {
        lastSign = System.nanoTime();
        Duration pause = FIRST_PAUSE;
        while (true) {
            long before = last;
            IOException fault;
            try {
                connect(consumer);
                if (ended) {
                    return;
                }
                fault = new IOException("the connection was closed");
            } catch (IOException e) {
                // broken off; the next connection goes on after `last`
                fault = e;
            }
            boolean givenUp = System.nanoTime() - lastSign > limits.patience().toNanos();
            if (givenUp || !client.hasAnswered()) {
                throw client.unreachable(fault);
            }
            pause = last > before ? FIRST_PAUSE : pause;
            Thread.sleep(pause);
            pause = longer(pause);
        }
    }

    private static Duration longer(Duration pause) {
        Duration doubled = pause.multipliedBy(2);
        return doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
    }

    private void connect(BiConsumer<String, JsonNode> consumer)
            throws IOException, InterruptedException {
        HttpResponse<InputStream> response = client.events(run, steps, last);
        try (InputStream body = response.body()) {
            if (response.statusCode() == NO_CONTENT) {
                ended = true;
                return;
            }
            if (response.statusCode() >= FIRST_SERVER_FAULT) {
                throw new IOException("it answered " + response.statusCode());
            }
            if (response.statusCode() != OK) {
                throw RunnelClient.refused(response);
            }
            lastSign = System.nanoTime();
            Thread watch = Thread.ofVirtual().start(() -> closeWhenSilent(body));
            try {
                readFrames(
                        new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8)),
                        consumer);
            } finally {
                watch.interrupt();
            }
        }
    }

    /// A connection may be dead without anybody having said so.
    private void closeWhenSilent(InputStream body) {
        try {
            while (System.nanoTime() - lastSign < limits.silence().toNanos()) {
                Thread.sleep(limits.silence().dividedBy(4));
            }
            body.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void readFrames(BufferedReader lines, BiConsumer<String, JsonNode> consumer)
            throws IOException {
        String type = "";
        StringBuilder data = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            lastSign = System.nanoTime();
            if (line.startsWith("event:")) {
                type = line.substring("event:".length()).strip();
            } else if (line.startsWith("data:")) {
                data.append(line.substring("data:".length()).strip());
            } else if (line.isEmpty() && !data.isEmpty()) {
                frame(type, data.toString(), consumer);
                if (ended) {
                    return;
                }
                data.setLength(0);
                type = "";
            }
        }
    }

    private void frame(String type, String data, BiConsumer<String, JsonNode> consumer) {
        JsonNode event = parse(data);
        long seq = event.path("seq").asLong(last);
        if (seq <= last) {
            return;
        }
        last = seq;
        consumer.accept(type, event);
        ended = type.equals("end");
    }

    private JsonNode parse(String data) {
        try {
            return JSON.readTree(data);
        } catch (JsonProcessingException e) {
            throw new CliFailure(
                    Runnel.UNREACHABLE,
                    client.server() + " does not answer like a Runnel: an event is no JSON");
        }
    }
}
