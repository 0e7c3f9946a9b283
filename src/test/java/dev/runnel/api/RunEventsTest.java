package dev.runnel.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runnel.api.SseSocket.Frame;
import dev.runnel.eventlog.EventLog;
import dev.runnel.problem.ProblemType;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.RunRequest;
import dev.runnel.store.RunStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(ApiProfile.class)
class RunEventsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final RunRequest REQUEST = RunRequest.of("https://git.example/a/b");

    @Inject RunStore store;
    @Inject EventLog log;
    @Inject MeterRegistry meters;

    @Test
    void aFinishedRunIsToldFromStartToEnd() throws IOException {
        RunWriter run = finished();
        try (SseSocket client = follow(run, "")) {
            assertThat(client.readUpTo(Integer.MAX_VALUE)).isTrue();
            String head = client.text().split("\r\n\r\n", 2)[0];
            assertThat(head)
                    .startsWith("HTTP/1.1 200 OK")
                    .containsIgnoringCase("content-type: text/event-stream")
                    .containsIgnoringCase("cache-control: no-store")
                    .containsIgnoringCase("x-accel-buffering: no");
            assertThat(client.body()).startsWith("retry: 1000\n\n");
            List<Frame> frames = client.frames();
            assertThat(frames.stream().map(Frame::id))
                    .containsExactlyElementsOf(numbers(1, run.run().events()));
            assertThat(frames.getFirst().event()).isEqualTo("run.state");
            assertThat(frames.getLast().event()).isEqualTo("end");
            JsonNode end = JSON.readTree(frames.getLast().data());
            assertThat(end.get("events").asLong()).isEqualTo(run.run().events());
            assertThat(end.get("state").asText()).isEqualTo("FAILED");
        }
    }

    @Test
    void everyFrameNamesItselfInItsData() throws IOException {
        RunWriter run = finished();
        try (SseSocket client = follow(run, "")) {
            client.readUpTo(Integer.MAX_VALUE);
            for (Frame frame : client.frames()) {
                JsonNode data = JSON.readTree(frame.data());
                assertThat(data.get("seq").asText()).isEqualTo(frame.id());
                assertThat(data.get("type").asText()).isEqualTo(frame.event());
                assertThat(data.get("run").asText()).isEqualTo(run.id().toString());
                assertThat(data.get("at").asText()).matches("\\d{4}-\\d\\d-\\d\\dT.*\\.\\d{6}Z");
            }
        }
    }

    @Test
    void theSameIsServedAsLinesOfJson() throws IOException {
        RunWriter run = finished();
        Response answer =
                given().accept("application/x-ndjson").get("/runs/" + run.id() + "/events");
        assertThat(answer.contentType()).startsWith("application/x-ndjson");
        List<String> lines = answer.asString().lines().toList();
        List<String> data;
        try (SseSocket client = follow(run, "")) {
            client.readUpTo(Integer.MAX_VALUE);
            data = client.frames().stream().map(Frame::data).toList();
        }
        assertThat(lines).isEqualTo(data);
    }

    @Test
    void aLiveRunIsToldWhileItHappens() throws IOException {
        RunWriter run = RunWriter.submit(store, log, REQUEST);
        try (SseSocket client = follow(run, "")) {
            client.readUntil("retry: 1000");
            run.begin(RunWriter.step(1, "Build", "make"));
            client.readUntil("command.started");
            run.print(1, "first line");
            client.readUntil("first line");
            run.print(1, "second line");
            client.readUntil("second line");
            run.fail(1, 1);
            assertThat(client.readUpTo(Integer.MAX_VALUE)).isTrue();
            assertThat(client.frames().stream().map(Frame::id))
                    .containsExactlyElementsOf(numbers(1, run.run().events()));
        }
    }

    @Test
    void eventsOfATimeAreTold() throws IOException {
        RunWriter run =
                RunWriter.submit(store, log, REQUEST).begin(RunWriter.step(1, "Build", "make"));
        for (int line = 0; line < 20; line++) {
            run.print(1, "line " + line, "another");
        }
        List<RecordedEvent> events = log.read(run.id(), 0, 100);
        Instant from = events.get(9).at();
        Instant to = events.get(20).at();
        List<String> wanted =
                events.stream()
                        .filter(event -> !event.at().isBefore(from) && event.at().isBefore(to))
                        .map(event -> Long.toString(event.seq()))
                        .toList();
        // a stream with an end does not wait for the run's
        try (SseSocket client = follow(run, "?from=" + from + "&to=" + to)) {
            assertThat(client.readUpTo(Integer.MAX_VALUE)).isTrue();
            assertThat(client.frames().stream().map(Frame::id).toList()).isEqualTo(wanted);
        }
        try (SseSocket client = follow(run, "?after=12&from=" + from + "&to=" + to)) {
            assertThat(client.readUpTo(Integer.MAX_VALUE)).isTrue();
            assertThat(client.frames().getFirst().id()).isEqualTo("13");
        }
        try (SseSocket client = follow(run, "?from=" + to)) {
            client.readUntil("line 19");
            run.fail(1, 1);
            assertThat(client.readUpTo(Integer.MAX_VALUE)).isTrue();
            assertThat(client.frames().getFirst().id()).isEqualTo("" + firstAt(events, to));
            assertThat(client.frames().getLast().event()).isEqualTo("end");
        }
        given().get("/runs/" + run.id() + "/events?to=2000-01-01T00:00:00Z").then().statusCode(204);
    }

    private static long firstAt(List<RecordedEvent> events, Instant time) {
        return events.stream()
                .filter(event -> !event.at().isBefore(time))
                .findFirst()
                .orElseThrow()
                .seq();
    }

    @ParameterizedTest
    @CsvSource({
        "?after=3,",
        ",Last-Event-ID: 3",
        "?after=1,Last-Event-ID: 3",
        "?after=3,Last-Event-ID:"
    })
    void aFollowerResumesAfterTheEventItHas(String query, String header) throws IOException {
        RunWriter run = finished();
        try (SseSocket client =
                follow(run, query == null ? "" : query, header == null ? "X: y" : header)) {
            client.readUpTo(Integer.MAX_VALUE);
            assertThat(client.frames().stream().map(Frame::id))
                    .containsExactlyElementsOf(numbers(4, run.run().events()));
        }
    }

    @Test
    void afterTheEndThereIsNoContent() {
        RunWriter run = finished();
        given().header("Last-Event-ID", run.run().events())
                .get("/runs/" + run.id() + "/events")
                .then()
                .statusCode(204);
        given().accept("application/x-ndjson")
                .get("/runs/" + run.id() + "/events?after=" + run.run().events())
                .then()
                .statusCode(204);
    }

    @ParameterizedTest
    @ValueSource(strings = {"banana", "-1", "1.5", "99999999999999999999", "1000"})
    void aPositionThatIsNoneIsRefused(String position) {
        RunWriter run = finished();
        String path = "/runs/" + run.id() + "/events";
        Response byHeader = given().header("Last-Event-ID", position).get(path);
        Response byQuery = given().get(path + "?after=" + position);
        for (Response answer : List.of(byHeader, byQuery)) {
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.contentType()).isEqualTo("application/problem+json");
            assertThat(answer.jsonPath().getString("type"))
                    .isEqualTo(ProblemType.INVALID_POSITION.reference());
            assertThat(answer.jsonPath().getString("detail")).contains(position);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "types=output | output output end",
                "types=output,step.state | step.state output step.state step.state output step.state end",
                "types=command.started&types=command.finished&step=2 | command.started command.finished end",
                "types=end | end",
                "types=problem | end",
                "step=2&types=output | output end",
                "step=1,2&types=output | output output end",
                "step=7 | end",
                "types=run.state&step=1 | end",
            })
    void filtersNarrow(String query, String types) throws IOException {
        RunWriter run = finished();
        try (SseSocket client = follow(run, "?" + query)) {
            client.readUpTo(Integer.MAX_VALUE);
            assertThat(String.join(" ", client.frames().stream().map(Frame::event).toList()))
                    .isEqualTo(types);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "types=banana,/types,known are run.state",
        "types=outptu,/types,did you mean output?",
        "types=,/types,known are",
        "step=0,/step,numbered from 1",
        "step=one,/step,numbered from 1",
        "step=,/step,numbered from 1"
    })
    void aFilterThatIsNoneIsRefused(String query, String pointer, String hint) {
        Response answer = given().get("/runs/" + finished().id() + "/events?" + query);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.jsonPath().getString("errors[0].pointer")).isEqualTo(pointer);
        assertThat(answer.jsonPath().getString("errors[0].hint")).contains(hint);
    }

    @ParameterizedTest
    @CsvSource({"text/event-stream,: keep-alive", "application/x-ndjson,'\r\n1\r\n\n'"})
    void whileNothingHappensThereAreSignsOfLife(String type, String sign) throws IOException {
        RunWriter run = RunWriter.submit(store, log, REQUEST);
        try (SseSocket client = follow(run, "", "Accept: " + type)) {
            assertThat(client.readUntil(sign)).contains(sign);
        }
    }

    @Test
    void filteredEventsDoNotHoldBackSignsOfLife() throws IOException, InterruptedException {
        RunWriter run =
                RunWriter.submit(store, log, REQUEST).begin(RunWriter.step(1, "Build", "make"));
        try (SseSocket client = follow(run, "?types=problem")) {
            Thread noise =
                    Thread.ofVirtual()
                            .start(() -> {
                                while (!Thread.interrupted()) {
                                    run.print(1, "noise");
                                    java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
                                }
                            });
            try {
                assertThat(client.readUntil(": keep-alive")).doesNotContain("noise");
            } finally {
                noise.interrupt();
                noise.join();
            }
        }
    }

    @Test
    void aClientThatGoesAwayIsLetGoAtOnce() throws IOException, InterruptedException {
        RunWriter run = RunWriter.submit(store, log, REQUEST);
        List<SseSocket> clients = new ArrayList<>();
        for (int client = 0; client < 20; client++) {
            SseSocket socket = follow(run, "");
            socket.readUntil("retry: 1000");
            clients.add(socket);
        }
        assertThat(followers()).isGreaterThanOrEqualTo(20);
        for (SseSocket client : clients) {
            client.close();
        }
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (followers() > 0 && System.nanoTime() < deadline) {
            Thread.sleep(10);
        }
        assertThat(followers()).isZero();
    }

    @Test
    void aClientThatDoesNotReadHoldsNobodyUp() throws IOException {
        RunWriter run =
                RunWriter.submit(store, log, REQUEST).begin(RunWriter.step(1, "Build", "make"));
        String line = "x".repeat(10_000);
        try (SseSocket lazy = follow(run, "");
                SseSocket eager = follow(run, "?types=end")) {
            lazy.readUntil("retry: 1000");
            for (int chunk = 0; chunk < 100; chunk++) {
                run.print(1, line, line, line, line, line, line, line, line, line, line);
            }
            run.fail(1, 1);
            assertThat(eager.readUpTo(Integer.MAX_VALUE)).isTrue();
            lazy.readUpTo(Integer.MAX_VALUE);
            assertThat(lazy.frames().stream().map(Frame::id))
                    .containsExactlyElementsOf(numbers(1, run.run().events()));
        }
    }

    @Test
    void manyFollowersOfOneRunAllGetEverything() throws Exception {
        RunWriter run =
                RunWriter.submit(store, log, REQUEST).begin(RunWriter.step(1, "Build", "make"));
        List<Thread> threads = new ArrayList<>();
        List<List<String>> seen = new java.util.concurrent.CopyOnWriteArrayList<>();
        for (int follower = 0; follower < 50; follower++) {
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                try (SseSocket client = follow(run, "")) {
                                    client.readUpTo(Integer.MAX_VALUE);
                                    seen.add(client.frames().stream().map(Frame::id).toList());
                                } catch (IOException e) {
                                    throw new java.io.UncheckedIOException(e);
                                }
                            }));
        }
        for (int line = 0; line < 300; line++) {
            run.print(1, "line " + line);
        }
        run.fail(1, 1);
        for (Thread thread : threads) {
            assertThat(thread.join(Duration.ofSeconds(30))).isTrue();
        }
        assertThat(seen).hasSize(50).containsOnly(numbers(1, run.run().events()));
    }

    @Test
    void headTellsOfTheStreamWithoutStartingIt() {
        RunWriter run = RunWriter.submit(store, log, REQUEST);
        given().head("/runs/" + run.id() + "/events")
                .then()
                .statusCode(200)
                .header("Cache-Control", "no-store");
    }

    @Test
    void aClientOfHttp10GetsTheStreamWithoutChunks() throws IOException {
        RunWriter run = finished();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), RestAssured.port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write(
                            ("GET /runs/" + run.id() + "/events HTTP/1.0\r\n\r\n")
                                    .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            String answer =
                    new String(
                            socket.getInputStream().readAllBytes(),
                            java.nio.charset.StandardCharsets.UTF_8);
            assertThat(answer).contains("\r\n\r\nretry: 1000\n\nid: 1\nevent: run.state\ndata: {");
            assertThat(answer).endsWith("}\n\n");
        }
    }

    private double followers() {
        return meters.get("runnel.events.followers").gauge().value();
    }

    private RunWriter finished() {
        return RunWriter.submit(store, log, REQUEST)
                .begin(RunWriter.step(1, "Build", "make"), RunWriter.step(2, "Test", "make check"))
                .print(1, "built")
                .finishStep(1)
                .startStep(2)
                .print(2, "tested")
                .fail(2, 1);
    }

    private static SseSocket follow(RunWriter run, String query, String... headers)
            throws IOException {
        return new SseSocket(RestAssured.port, "/runs/" + run.id() + "/events" + query, headers);
    }

    private static List<String> numbers(long from, long to) {
        return LongStream.rangeClosed(from, to).mapToObj(Long::toString).toList();
    }
}
