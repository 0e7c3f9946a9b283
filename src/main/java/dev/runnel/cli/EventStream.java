package dev.runnel.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// The events of one run, each exactly once and in order, whatever happens to the connection: after
/// a cut it goes on behind the last event that came.
final class EventStream {
    private static final int NO_CONTENT = 204;
    private static final int OK = 200;
    private static final int FIRST_SERVER_FAULT = 500;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final RunnelClient client;
    private final String run;
    private final Map<String, String> query;
    private final Limits limits;
    private OptionalLong last = OptionalLong.empty();
    private volatile long lastSign = System.nanoTime();

    /// @param silence how long a connection without any sign of life is taken for alive
    /// @param patience how long to try to get a lost connection back
    record Limits(Duration silence, Duration patience) {
        /// The server gives a sign of life every few seconds.
        static final Limits USUAL = new Limits(Duration.ofSeconds(45), Duration.ofMinutes(2));
    }

    EventStream(RunnelClient client, String run, Map<String, String> query, Limits limits) {
        this.client = client;
        this.run = run;
        this.query = query;
        this.limits = limits;
    }

    /// Hands every event to the listener until the end has come.
    ///
    /// @param listener gets the type and the data
    /// @param lost told when the connection is gone and is tried again
    /// @throws CommandFailed when the server refuses, or stays away
    void follow(BiConsumer<String, JsonNode> listener, Runnable lost) throws InterruptedException {
        lastSign = System.nanoTime();
        Duration pause = FIRST_PAUSE;
        boolean told = false;
        while (true) {
            long before = last.orElse(0);
            IOException fault;
            try {
                if (connect(listener)) {
                    return;
                }
                fault = new IOException("the connection was closed");
            } catch (IOException e) {
                fault = e;
            }
            if (System.nanoTime() - lastSign > limits.patience().toNanos()) {
                throw client.unreachable(fault);
            }
            boolean moved = last.orElse(0) > before;
            pause = moved ? FIRST_PAUSE : pause;
            if (moved || !told) {
                lost.run();
                told = true;
            }
            Thread.sleep(pause);
            pause = longer(pause);
        }
    }

    private static Duration longer(Duration pause) {
        Duration doubled = pause.multipliedBy(2);
        return doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
    }

    /// Reads one connection.
    ///
    /// @return whether the end has come
    private boolean connect(BiConsumer<String, JsonNode> listener) throws IOException {
        HttpResponse<InputStream> answer = client.events(run, query, last);
        if (answer.statusCode() == NO_CONTENT) {
            return true;
        }
        if (answer.statusCode() >= FIRST_SERVER_FAULT) {
            answer.body().close();
            throw new IOException("status " + answer.statusCode());
        }
        if (answer.statusCode() != OK) {
            throw client.refusal(answer);
        }
        lastSign = System.nanoTime();
        try (InputStream body = answer.body()) {
            Thread watch = Thread.ofVirtual().start(() -> closeWhenSilent(body));
            try {
                return read(new BufferedReader(new InputStreamReader(body, UTF_8)), listener);
            } finally {
                watch.interrupt();
            }
        }
    }

    /// The connection may be dead without anybody having said so.
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

    /// The event-stream format of the HTML standard, as far as the server uses it.
    private boolean read(BufferedReader lines, BiConsumer<String, JsonNode> listener)
            throws IOException {
        OptionalLong id = OptionalLong.empty();
        String type = "";
        StringBuilder data = new StringBuilder();
        for (@Nullable String line = lines.readLine(); line != null; line = lines.readLine()) {
            lastSign = System.nanoTime();
            if (line.isEmpty()) {
                if (!data.isEmpty()) {
                    last = id;
                    listener.accept(type, client.parse(data.toString()));
                    if (type.equals("end")) {
                        return true;
                    }
                }
                type = "";
                data.setLength(0);
            } else if (line.startsWith("id:")) {
                id = OptionalLong.of(Long.parseLong(value(line)));
            } else if (line.startsWith("event:")) {
                type = value(line);
            } else if (line.startsWith("data:")) {
                data.append(value(line));
            }
        }
        return false;
    }

    private static String value(String line) {
        String value = line.substring(line.indexOf(':') + 1);
        return value.startsWith(" ") ? value.substring(1) : value;
    }
}
