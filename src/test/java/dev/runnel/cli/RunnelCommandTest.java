package dev.runnel.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

/// The commands against a server that answers as it is told.
@Timeout(30)
class RunnelCommandTest {
    private static final String AT = "\"at\":\"2026-11-22T10:00:00.000000Z\",\"run\":\"r\"";

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private HttpServer server;
    private String address;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        address = "http://127.0.0.1:" + server.getAddress().getPort();
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void runPrintsTheIdAndSendsWhatWasGiven() {
        List<String> bodies = new CopyOnWriteArrayList<>();
        server.createContext(
                "/api/v1/runs",
                exchange -> {
                    bodies.add(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
                    asked.add(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
                    answer(exchange, 202, "{\"id\":\"abc\"}");
                });
        int code =
                execute(
                        "run",
                        "https://h/o/r.git",
                        "--ref",
                        "dev",
                        "-v",
                        "A=1",
                        "-v",
                        "B=x=y",
                        "--idempotency-key",
                        "k1");
        assertThat(code).isZero();
        assertThat(out.toString().strip()).isEqualTo("abc");
        assertThat(bodies)
                .containsExactly(
                        "{\"url\":\"https://h/o/r.git\",\"ref\":\"dev\","
                                + "\"variables\":{\"A\":\"1\",\"B\":\"x=y\"}}");
        assertThat(asked).containsExactly("k1");
    }

    @Test
    void logsAskForPartsAndForMatches() {
        server.createContext(
                "/api/v1/runs/abc/log",
                exchange -> {
                    asked.add(exchange.getRequestURI().getQuery());
                    answer(
                            exchange,
                            200,
                            exchange.getRequestURI().getPath().endsWith("/search")
                                    ? "{\"matches\":[{\"line\":7,\"text\":\"an error\"}],"
                                            + "\"more\":true}"
                                    : "text\n");
                });
        assertThat(execute("logs", "abc", "--tail", "5", "-t", "--step", "1,2")).isZero();
        assertThat(execute("logs", "abc", "--search", "err[or]", "--regex")).isZero();
        assertThat(execute("logs", "abc", "--follow", "--tail", "5")).isEqualTo(2);
        assertThat(asked)
                .containsExactly(
                        "tail=5&timestamps=true&step=1,2", "q=err[or]&limit=1000&regex=true");
        assertThat(out.toString().strip()).isEqualTo("7:an error");
        assertThat(err.toString()).contains("there are more", "leave out --tail");
    }

    @Test
    void logsAreAskedForByTime() {
        server.createContext(
                "/api/v1/runs/abc/log",
                exchange -> {
                    asked.add(exchange.getRequestURI().getQuery());
                    answer(exchange, 200, "{\"matches\":[]}");
                });
        Instant before = Instant.now().truncatedTo(ChronoUnit.MICROS);
        assertThat(execute("logs", "abc", "--since", "10m")).isZero();
        Instant asWritten = Instant.parse(asked.getFirst().replace("from=", ""));
        assertThat(Duration.between(asWritten, before))
                .isBetween(Duration.ofMinutes(9), Duration.ofMinutes(10));
        asked.clear();
        String from = "2026-01-31T13:00:00+01:00";
        assertThat(execute("logs", "abc", "--since", from, "--until", "2026-01-31T12:00:01Z"))
                .isZero();
        assertThat(execute("logs", "abc", "--search", "x", "--since", from)).isZero();
        assertThat(asked)
                .containsExactly(
                        "from=2026-01-31T12:00:00Z&to=2026-01-31T12:00:01Z",
                        "from=2026-01-31T12:00:00Z&q=x&limit=1000");
        assertThat(execute("logs", "abc", "--since", "yesterday")).isEqualTo(2);
        assertThat(execute("logs", "abc", "--since", "999999999d", "--follow")).isEqualTo(2);
        assertThat(err.toString()).contains("--since: 'yesterday' is no time", "10m");
    }

    @Test
    void secretsAreTakenFromTheEnvironment() {
        assertThat(RunCommand.values(List.of("A"), Map.of("A", "1", "B", "2")))
                .isEqualTo(Map.of("A", "1"));
        assertThat(execute("run", "https://h/o/r.git", "--secret", "NOT_THERE_AT_ALL"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("NOT_THERE_AT_ALL");
    }

    @Test
    void rerunAndCancelAskForWhatWasSaid() {
        server.createContext(
                "/api/v1/runs/abc",
                exchange -> {
                    String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
                    asked.add(
                            exchange.getRequestMethod()
                                    + " "
                                    + exchange.getRequestURI().getPath().substring(13)
                                    + " "
                                    + body);
                    answer(exchange, 202, "{\"id\":\"new\",\"state\":\"IN_PROGRESS\"}");
                });
        assertThat(execute("rerun", "abc")).isZero();
        assertThat(execute("rerun", "abc", "--from", "failed", "--latest", "-v", "A=1")).isZero();
        assertThat(execute("cancel", "abc")).isZero();
        assertThat(execute("cancel", "abc", "--step", "3")).isZero();
        assertThat(execute("cancel", "abc", "--step", "three")).isEqualTo(2);
        assertThat(asked)
                .containsExactly(
                        "POST abc/rerun {}",
                        "POST abc/rerun {\"from\":\"failed\",\"revision\":\"latest\","
                                + "\"variables\":{\"A\":\"1\"}}",
                        "DELETE abc ",
                        "POST abc/steps/3/cancel ");
        assertThat(out.toString().lines())
                .containsExactly(
                        "new",
                        "new",
                        "run abc was asked to stop; the run is IN_PROGRESS",
                        "step 3 of run abc was asked to stop; the run is IN_PROGRESS");
    }

    @Test
    void followingGoesOnWhereABrokenConnectionEnded() {
        submitAnswers();
        List<List<String>> connections =
                List.of(
                        List.of(
                                frame(1, "run.state", "\"state\":\"IN_PROGRESS\""),
                                frame(2, "output", output("one")),
                                // cut in the middle of a frame
                                "id: 3\nevent: output\nda"),
                        List.of(frame(3, "output", output("two"))),
                        List.of(
                                frame(
                                        4,
                                        "run.state",
                                        "\"state\":\"FAILED\",\"reason\":\"exit-code\","
                                                + "\"message\":\"step 1 (x): oops\""),
                                frame(5, "end", "\"state\":\"FAILED\",\"events\":5")));
        server.createContext("/api/v1/runs/abc/events", exchange -> serve(exchange, connections));
        int code = execute("run", "https://h/o/r.git", "--follow");
        assertThat(code).isEqualTo(Runnel.FAILED);
        assertThat(asked).containsExactly("", "2", "3");
        assertThat(out.toString()).containsSubsequence("one", "two", "FAILED", "exit-code: step 1");
        assertThat(out.toString()).containsOnlyOnce("one").containsOnlyOnce("two");
        assertThat(out.toString()).doesNotContain("\u001b[");
    }

    @Test
    void theExitCodeIsTheOutcome() {
        submitAnswers();
        List<String> states = new ArrayList<>(List.of("SUCCESSFUL", "ABORTED"));
        server.createContext(
                "/api/v1/runs/abc/events",
                exchange ->
                        serve(
                                exchange,
                                List.of(
                                        List.of(
                                                frame(
                                                        1,
                                                        "end",
                                                        "\"state\":\""
                                                                + states.removeFirst()
                                                                + "\",\"events\":1")))));
        assertThat(execute("run", "u", "--follow")).isZero();
        asked.clear();
        assertThat(execute("logs", "abc", "--follow")).isEqualTo(Runnel.ABORTED);
    }

    @Test
    void whatTheServerRefusesIsSaidInWords() {
        server.createContext(
                "/api/v1/runs",
                exchange ->
                        answer(
                                exchange,
                                400,
                                "{\"title\":\"The request has faults\",\"errors\":[{\"pointer\":"
                                        + "\"/url\",\"detail\":\"is no git URL\",\"hint\":\"use"
                                        + " https\"}]}"));
        assertThat(execute("run", "nonsense")).isEqualTo(Runnel.FAILED);
        assertThat(err.toString())
                .isEqualToNormalizingNewlines(
                        "runnel: The request has faults\n  /url is no git URL; use https\n");
    }

    @Test
    void aServerThatIsNotThereIsSaidWithoutAStackTrace() {
        server.stop(0);
        assertThat(execute("list")).isEqualTo(Runnel.UNREACHABLE);
        assertThat(err.toString()).contains("cannot be reached", "runnel server").hasLineCount(1);
    }

    @Test
    void unknownWordsAreAUsageErrorWithHelp() {
        assertThat(execute("rum")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("runnel run");
        assertThat(execute("--help")).isZero();
        assertThat(out.toString()).contains("server", "demo", "Exit codes");
    }

    @Test
    void listShowsARunALine() {
        server.createContext(
                "/api/v1/runs",
                exchange -> {
                    asked.add(exchange.getRequestURI().getQuery());
                    answer(
                            exchange,
                            200,
                            "{\"runs\":[{\"id\":\"a\",\"state\":\"FAILED\",\"createdAt\":\"t\","
                                    + "\"repository\":\"o/r\"}]}");
                });
        assertThat(execute("list", "--state", "FAILED", "--repository", "o/r")).isZero();
        assertThat(asked).containsExactly("limit=20&state=FAILED&repository=o/r");
        assertThat(out.toString().strip()).isEqualTo("a  FAILED       t  o/r");
    }

    private int execute(String... words) {
        CommandLine commandLine = Runnel.commandLine();
        commandLine.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        List<String> all = new ArrayList<>(List.of(words));
        if (List.of("run", "rerun", "list", "logs", "cancel").contains(words[0])) {
            all.add("--server=" + address);
        }
        return commandLine.execute(all.toArray(String[]::new));
    }

    private void submitAnswers() {
        server.createContext("/api/v1/runs", exchange -> answer(exchange, 202, "{\"id\":\"abc\"}"));
    }

    /// Answers the n-th connection with the n-th list of frames, and then breaks it off.
    private void serve(HttpExchange exchange, List<List<String>> connections) throws IOException {
        String last = exchange.getRequestHeaders().getFirst("Last-Event-ID");
        asked.add(last == null ? "" : last);
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream body = exchange.getResponseBody()) {
            for (String frame : connections.get(asked.size() - 1)) {
                body.write(frame.getBytes(UTF_8));
            }
        }
    }

    private static String frame(int seq, String type, String fields) {
        return "id: %d\nevent: %s\ndata: {\"seq\":%d,%s,%s}\n\n"
                .formatted(seq, type, seq, AT, fields);
    }

    private static String output(String line) {
        return "\"step\":1,\"command\":1,\"stream\":\"stdout\",\"line\":\"" + line + "\"";
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }
}
