package dev.runnel.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.cli.EventStream.Limits;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Following against a server on a bare socket, whose connections end in every bad way.
@Timeout(60)
class EventStreamTest {

    private static final String EVENTS =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
    private static final String END =
            EVENTS + frame(3, "end", ",\"state\":\"SUCCESSFUL\",\"events\":3");

    private final Deque<Answer> answers = new ArrayDeque<>();
    private final List<String> lastIds = new CopyOnWriteArrayList<>();
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final List<Long> seen = new ArrayList<>();
    private ServerSocket server;

    /// How a connection ends.
    enum Then {
        CLOSE,
        RESET,
        STALL
    }

    private record Answer(String text, Then then) {}

    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::serve);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }

    @ParameterizedTest
    @EnumSource(Then.class)
    void aConnectionThatIsLostIsMadeAgainBehindTheLastEvent(Then then) throws Exception {
        answers.add(
                new Answer(
                        EVENTS
                                + frame(1, "run.state", "")
                                + frame(2, "output", "")
                                + "id: 3\nevent: output\ndata: {\"se",
                        then));
        answers.add(new Answer(END, Then.CLOSE));

        follow(new Limits(Duration.ofSeconds(1), Duration.ofSeconds(30)));

        assertThat(seen).containsExactly(1L, 2L, 3L);
        assertThat(lastIds).containsExactly("", "2");
    }

    @ParameterizedTest
    @EnumSource(Then.class)
    void soIsOneThatNeverSaidAnything(Then then) throws Exception {
        answers.add(new Answer(EVENTS, then));
        answers.add(new Answer(END, Then.CLOSE));

        follow(new Limits(Duration.ofSeconds(1), Duration.ofSeconds(30)));

        assertThat(seen).containsExactly(3L);
    }

    @Test
    void aServerThatIsInTroubleIsAskedAgain() throws Exception {
        for (int status : new int[] {500, 502, 503, 504}) {
            answers.add(
                    new Answer(
                            "HTTP/1.1 %d X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                                    .formatted(status),
                            Then.CLOSE));
        }
        answers.add(new Answer(END, Then.CLOSE));

        follow(Limits.USUAL);

        assertThat(seen).containsExactly(3L);
        assertThat(lastIds).hasSize(5);
    }

    @Test
    void signsOfLifeKeepAConnection() throws Exception {
        Thread.ofVirtual()
                .start(() -> {
                    // longer in all than a silence may be
                    for (int sign = 0; sign < 8; sign++) {
                        say(": keep-alive\n\n");
                        pause(250);
                    }
                    say(frame(3, "end", ""));
                });
        answers.add(new Answer(EVENTS, Then.STALL));

        follow(new Limits(Duration.ofSeconds(1), Duration.ofSeconds(30)));

        assertThat(lastIds).hasSize(1);
    }

    @Test
    void anEventThatComesTwiceIsGivenOnce() throws Exception {
        answers.add(new Answer(EVENTS + frame(1, "output", ""), Then.CLOSE));
        answers.add(new Answer(EVENTS + frame(1, "output", "") + frame(2, "end", ""), Then.CLOSE));

        follow(Limits.USUAL);

        assertThat(seen).containsExactly(1L, 2L);
    }

    @Test
    void aServerThatStaysAwayIsGivenUp() {
        answers.add(new Answer(EVENTS + frame(1, "output", ""), Then.RESET));

        assertThatThrownBy(() -> follow(new Limits(Duration.ofSeconds(1), Duration.ofSeconds(1))))
                .isInstanceOfSatisfying(
                        CliFailure.class,
                        failure -> assertThat(failure.exitCode()).isEqualTo(Runnel.UNREACHABLE));
        assertThat(lastIds).hasSizeGreaterThan(1);
    }

    @Test
    void aServerThatWasNeverThereIsNotWaitedFor() throws IOException {
        server.close();

        assertThatThrownBy(() -> follow(Limits.USUAL))
                .isInstanceOfSatisfying(
                        CliFailure.class,
                        failure -> assertThat(failure.exitCode()).isEqualTo(Runnel.UNREACHABLE));
    }

    @Test
    void aRefusalIsNotTriedAgain() {
        answers.add(
                new Answer(
                        "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n"
                                + "{\"title\":\"There is no such run\"}",
                        Then.CLOSE));

        assertThatThrownBy(() -> follow(Limits.USUAL))
                .isInstanceOfSatisfying(
                        CliFailure.class,
                        failure ->
                                assertThat(failure.sentence()).isEqualTo("There is no such run"));
        assertThat(lastIds).hasSize(1);
    }

    private void follow(Limits limits) throws InterruptedException {
        RunnelClient client =
                new RunnelClient(URI.create("http://127.0.0.1:" + server.getLocalPort()));
        new EventStream(client, "abc", List.of(), limits)
                .read((_, event) -> seen.add(event.path("seq").asLong()));
    }

    private void serve() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                lastIds.add(lastEventId(socket));
                Answer answer = answers.poll();
                if (answer == null) {
                    end(socket, Then.RESET);
                    continue;
                }
                socket.getOutputStream().write(answer.text().getBytes(UTF_8));
                open.add(socket);
                end(socket, answer.then());
            } catch (IOException e) {
                // closed by the test, or by the client
            }
        }
    }

    private static String lastEventId(Socket socket) throws IOException {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
        String id = "";
        for (String line = lines.readLine();
                line != null && !line.isEmpty();
                line = lines.readLine()) {
            if (line.startsWith("Last-Event-ID: ")) {
                id = line.substring("Last-Event-ID: ".length());
            }
        }
        return id;
    }

    private static void end(Socket socket, Then then) throws IOException {
        switch (then) {
            case CLOSE -> socket.close();
            case RESET -> {
                // what was written before has to arrive first
                pause(200);
                socket.setSoLinger(true, 0);
                socket.close();
            }
            case STALL -> {}
        }
    }

    private void say(String text) {
        try {
            while (open.isEmpty()) {
                pause(10);
            }
            open.getFirst().getOutputStream().write(text.getBytes(UTF_8));
        } catch (SocketException e) {
            throw new AssertionError("the client went away", e);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String frame(int seq, String type, String fields) {
        return "id: %d\nevent: %s\ndata: {\"seq\":%d%s}\n\n".formatted(seq, type, seq, fields);
    }
}
