package dev.runnel.api.log;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.runnel.api.ApiProfile;
import dev.runnel.api.RunWriter;
import dev.runnel.api.SseSocket;
import dev.runnel.eventlog.EventLog;
import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import dev.runnel.run.OutputLine.End;
import dev.runnel.run.RunEvent;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunId;
import dev.runnel.run.RunRequest;
import dev.runnel.store.RunStore;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Parts of a log: byte ranges, last lines, times, compressed.
@QuarkusTest
@TestProfile(ApiProfile.class)
class LogPartsTest {
    @Inject RunStore store;
    @Inject EventLog log;

    private final HttpClient http = HttpClient.newHttpClient();

    @ParameterizedTest
    @ValueSource(strings = {"", "?step=1", "?stream=stdout", "?timestamps=true"})
    void everyRangeOfTheTextIsServed(String query) throws Exception {
        RunWriter run = written();
        byte[] whole = get(run, query).body();
        Random random = new Random(5);
        for (int round = 0; round < 30; round++) {
            int first = random.nextInt(whole.length);
            int last = first + random.nextInt(2000);
            HttpResponse<byte[]> part = get(run, query, "Range", "bytes=" + first + "-" + last);
            int to = Math.min(last, whole.length - 1);
            assertThat(part.statusCode()).isEqualTo(206);
            assertThat(part.body()).isEqualTo(Arrays.copyOfRange(whole, first, to + 1));
            assertThat(header(part, "Content-Range"))
                    .isEqualTo("bytes " + first + "-" + to + "/" + whole.length);
            assertThat(header(part, "Content-Length")).isEqualTo("" + (to + 1 - first));
        }
    }

    @Test
    void openAndLastRangesAreServed() throws Exception {
        RunWriter run = written();
        byte[] whole = get(run, "").body();
        int length = whole.length;
        assertThat(get(run, "", "Range", "bytes=" + (length - 9) + "-").body())
                .isEqualTo(Arrays.copyOfRange(whole, length - 9, length));
        assertThat(get(run, "", "Range", "bytes=-7").body())
                .isEqualTo(Arrays.copyOfRange(whole, length - 7, length));
        assertThat(get(run, "", "Range", "bytes=-99999999").body()).isEqualTo(whole);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=0-1,3-4", "lines=0-1", "bytes=5-2", "bytes=-", "bytes=x-", ""})
    void whatIsNoSingleRangeGetsTheWhole(String range) throws Exception {
        RunWriter run = written();
        HttpResponse<byte[]> answer = get(run, "", "Range", range);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(get(run, "").body());
    }

    @Test
    void aRangeBehindTheEndIsAProblemThatTellsTheLength() throws Exception {
        RunWriter run = written();
        int length = get(run, "").body().length;
        for (String range : new String[] {"bytes=" + length + "-", "bytes=-0"}) {
            HttpResponse<byte[]> answer = get(run, "", "Range", range);
            assertThat(answer.statusCode()).isEqualTo(416);
            assertThat(header(answer, "Content-Range")).isEqualTo("bytes */" + length);
            assertThat(header(answer, "Content-Type")).isEqualTo("application/problem+json");
            assertThat(text(answer)).contains("/problems/range-not-satisfiable");
        }
        RunWriter silent = begun();
        assertThat(get(silent, "", "Range", "bytes=0-").statusCode()).isEqualTo(416);
    }

    @Test
    void aRangeWithAConditionCountsWhileTheTextIsTheSame() throws Exception {
        RunWriter run = written();
        String tag = header(get(run, ""), "ETag");
        assertThat(get(run, "", "Range", "bytes=0-1", "If-Range", tag).statusCode()).isEqualTo(206);
        assertThat(get(run, "", "Range", "bytes=0-1", "If-Range", "\"other\"").statusCode())
                .isEqualTo(200);
    }

    @Test
    void aLiveLogHasTheRangesThatAreStored() throws Exception {
        RunWriter run = begun().print(1, "one");
        HttpResponse<byte[]> part = get(run, "", "Range", "bytes=2-100");
        assertThat(text(part)).isEqualTo("e\n");
        assertThat(header(part, "Content-Range")).isEqualTo("bytes 2-3/4");
        run.print(1, "two");
        part = get(run, "", "Range", "bytes=2-100");
        assertThat(text(part)).isEqualTo("e\ntwo\n");
        assertThat(part.headers().firstValue("ETag")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "'?tail=1','open'",
        "'?tail=2','err\nopen'",
        "'?tail=3','c\nerr\nopen'",
        "'?tail=4','ab\nc\nerr\nopen'",
        "'?tail=99','first\nab\nc\nerr\nopen'",
        "'?tail=2&stream=stdout','c\nopen'",
        "'?tail=1&stream=stderr','err\n'",
        "'?tail=1&step=2',''",
        "'?tail=1&follow=true','openmore\n'",
    })
    void theLastLinesAreServed(String query, String text) throws Exception {
        RunWriter run = begun();
        run.write(out("first", End.NEWLINE), out("a", End.NONE));
        run.write(out("b", End.NEWLINE), out("c", End.NEWLINE));
        run.write(new OutputWritten(1, 1, OutputChannel.STDERR, OutputLine.of("err")));
        run.write(out("open", End.NONE));
        if (query.contains("follow")) {
            try (SseSocket client =
                    new SseSocket(RestAssured.port, "/runs/" + run.id() + "/log" + query)) {
                client.readUntil("open");
                run.print(1, "more").fail(1, 1);
                client.readUpTo(Integer.MAX_VALUE);
                assertThat(client.body()).isEqualTo(text.replace("\\n", "\n"));
            }
        } else {
            assertThat(text(get(run, query))).isEqualTo(text.replace("\\n", "\n"));
        }
    }

    @Test
    void theLastLinesOfALongLogAreThoseOfTheWhole() throws Exception {
        RunWriter run = written();
        String[] lines = text(get(run, "")).split("(?<=\n)", -1);
        for (int tail : new int[] {1, 10, 1500}) {
            String wanted =
                    String.join(
                            "", Arrays.copyOfRange(lines, lines.length - tail - 1, lines.length));
            assertThat(text(get(run, "?tail=" + tail))).isEqualTo(wanted);
        }
    }

    @Test
    void eachLineHasItsTimeAlsoWhenItCameInPieces() throws Exception {
        RunWriter run = begun();
        run.write(out("a", End.NONE));
        run.write(out("b", End.NEWLINE), out("10%", End.RETURN));
        run.write(out("20%", End.NEWLINE));
        String time = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z ";
        assertThat(text(get(run, "?timestamps=true")))
                .matches(time + "ab\n" + time + "10%\r" + time + "20%\n");
    }

    @Test
    void theTextOfATimeIsServed() throws Exception {
        RunWriter run = begun();
        List<Instant> times = new ArrayList<>();
        for (String line : new String[] {"one", "two", "three", "four"}) {
            run.print(1, line, line);
            times.add(lastTime(run));
        }
        assertThat(text(get(run, "?from=" + times.get(1))))
                .isEqualTo("two\ntwo\nthree\nthree\nfour\nfour\n");
        assertThat(text(get(run, "?from=" + times.get(2)))).isEqualTo("three\nthree\nfour\nfour\n");
        assertThat(text(get(run, "?to=" + times.get(1)))).isEqualTo("one\none\n");
        assertThat(text(get(run, "?from=" + times.get(1) + "&to=" + times.get(2))))
                .isEqualTo("two\ntwo\n");
        assertThat(text(get(run, "?from=" + times.get(1) + "&to=" + times.get(3) + "&tail=1")))
                .isEqualTo("three\n");
        assertThat(text(get(run, "?from=" + times.get(3) + "&tail=9"))).isEqualTo("four\nfour\n");
        assertThat(text(get(run, "?follow=true&to=" + times.get(1)))).isEqualTo("one\none\n");
        assertThat(text(get(run, "?from=2999-01-01T00:00:00Z"))).isEmpty();
        HttpResponse<byte[]> ranged = get(run, "?from=" + times.get(3), "Range", "bytes=0-1");
        assertThat(ranged.statusCode()).isEqualTo(200);
        assertThat(header(ranged, "Accept-Ranges")).isEqualTo("none");
        given().get("/runs/" + run.id() + "/log/search?q=o&from=" + times.get(1))
                .then()
                .body("matches.text", equalTo(List.of("two", "two", "four", "four")))
                .body("matches[0].line", equalTo(1));
        for (String path : new String[] {"log", "events", "log/search"}) {
            for (String query :
                    new String[] {
                        "from=now", "to=1", "from=" + times.get(1) + "&to=" + times.get(0)
                    }) {
                given().get("/runs/" + run.id() + "/" + path + "?q=a&" + query)
                        .then()
                        .statusCode(400)
                        .body("type", equalTo("/problems/invalid-parameter"));
            }
        }
    }

    /// The time of the first line of the last chunk of two.
    private Instant lastTime(RunWriter run) {
        return log.read(run.id(), run.run().events() - 2, 2).getFirst().at();
    }

    @Test
    void whoTakesItGetsItCompressed() throws Exception {
        RunWriter run = written();
        byte[] whole = get(run, "").body();
        HttpResponse<byte[]> packed = get(run, "", "Accept-Encoding", "br, gzip;q=0.5");
        assertThat(header(packed, "Content-Encoding")).isEqualTo("gzip");
        assertThat(header(packed, "Vary")).contains("Accept-Encoding");
        assertThat(packed.body().length).isLessThan(whole.length / 2);
        assertThat(unpacked(packed.body())).isEqualTo(whole);
        for (String none : new String[] {"identity", "gzip;q=0", "br"}) {
            HttpResponse<byte[]> plain = get(run, "", "Accept-Encoding", none);
            assertThat(plain.headers().firstValue("Content-Encoding")).isEmpty();
            assertThat(plain.body()).isEqualTo(whole);
        }
        HttpResponse<byte[]> part = get(run, "", "Accept-Encoding", "gzip", "Range", "bytes=0-9");
        assertThat(part.headers().firstValue("Content-Encoding")).isEmpty();
        assertThat(part.body()).isEqualTo(Arrays.copyOf(whole, 10));
    }

    @Test
    void itIsDownloadedAsAFile() throws Exception {
        RunWriter run = written();
        byte[] whole = get(run, "").body();
        HttpResponse<byte[]> gzip = get(run, "?download=gzip", "Accept-Encoding", "gzip");
        assertThat(header(gzip, "Content-Type")).isEqualTo("application/gzip");
        assertThat(gzip.headers().firstValue("Content-Encoding")).isEmpty();
        assertThat(header(gzip, "Content-Disposition"))
                .isEqualTo("attachment; filename=\"run-" + run.id() + ".log.gz\"");
        assertThat(unpacked(gzip.body())).isEqualTo(whole);
        HttpResponse<byte[]> plain = get(run, "?download=text");
        assertThat(header(plain, "Content-Disposition")).endsWith(".log\"");
        assertThat(plain.body()).isEqualTo(whole);
    }

    @Test
    void aStreamIsNeverCompressed() throws Exception {
        RunWriter run = written();
        for (String path : new String[] {"/events", "/log?follow=true"}) {
            given().header("Accept-Encoding", "gzip")
                    .get("/runs/" + run.id() + path)
                    .then()
                    .statusCode(200)
                    .header("Content-Encoding", org.hamcrest.Matchers.nullValue());
        }
    }

    private HttpResponse<byte[]> get(RunWriter run, String query, String... headers)
            throws IOException, InterruptedException {
        return get(run.id(), query, headers);
    }

    private HttpResponse<byte[]> get(RunId run, String query, String... headers)
            throws IOException, InterruptedException {
        URI uri =
                URI.create(
                        "http://localhost:" + RestAssured.port + "/runs/" + run + "/log" + query);
        HttpRequest.Builder request = HttpRequest.newBuilder(uri);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static String header(HttpResponse<byte[]> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    private static String text(HttpResponse<byte[]> answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    private static byte[] unpacked(byte[] packed) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            return in.readAllBytes();
        }
    }

    private RunWriter begun() {
        return RunWriter.submit(store, log, RunRequest.of("https://git.example/a/b"))
                .begin(RunWriter.step(1, "Build", "make"), RunWriter.step(2, "Test", "test"));
    }

    /// 3000 lines on both streams, in 60 chunks, of a run that ended.
    private RunWriter written() {
        RunWriter run = begun();
        for (int chunk = 0; chunk < 60; chunk++) {
            RunEvent[] lines = new RunEvent[50];
            for (int line = 0; line < lines.length; line++) {
                lines[line] =
                        new OutputWritten(
                                1,
                                1,
                                line % 7 == 3 ? OutputChannel.STDERR : OutputChannel.STDOUT,
                                OutputLine.of("zeile é " + chunk + "." + line));
            }
            run.write(lines);
        }
        return run.fail(1, 1);
    }

    private static OutputWritten out(String text, End end) {
        return new OutputWritten(1, 1, OutputChannel.STDOUT, new OutputLine(text, end, false));
    }
}
