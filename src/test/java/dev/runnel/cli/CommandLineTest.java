package dev.runnel.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.cli.FakeRunnel.Then;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLineTest {
    private static final String ACCEPTED = "{\"id\":\"" + Frames.RUN + "\"}";

    private final FakeRunnel server = new FakeRunnel();
    private final Frames frames = new Frames();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final StringWriter err = new StringWriter();
    private Map<String, String> environment = Map.of();
    private boolean terminal;

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void submitsWhatTheOptionsSay() {
        server.answerJson(202, ACCEPTED);

        int code =
                runnel(
                        "run",
                        "https://git.example/team/job.git",
                        "--ref=main",
                        "--pipeline=nightly",
                        "-vGREETING=a=b c",
                        "--variable",
                        "EMPTY=",
                        "--idempotency-key=k1");

        assertThat(code).isZero();
        assertThat(out()).isEqualTo(Frames.RUN + "\n");
        assertThat(server.asked().getFirst().line()).isEqualTo("POST /api/v1/runs");
        assertThat(server.asked().getFirst().key()).isEqualTo("k1");
        assertThat(server.asked().getFirst().body())
                .isEqualTo(
                        """
                        {"url":"https://git.example/team/job.git","ref":"main","pipeline":"nightly",\
                        "variables":{"GREETING":"a=b c","EMPTY":""}}\
                        """);
    }

    @ParameterizedTest
    @CsvSource({"SUCCESSFUL, 0", "FAILED, 1", "ABORTED, 3"})
    void exitCodeOfAFollowedRunIsItsOutcome(String state, int expected) {
        server.answerJson(202, ACCEPTED)
                .answerEvents(
                        Then.END,
                        frames.runState("IN_PROGRESS"),
                        frames.runState(state),
                        frames.end(state));

        assertThat(runnel("run", "file:///job", "--follow")).isEqualTo(expected);
        assertThat(out()).contains(state + " in 2.0 s");
    }

    @Test
    void goesOnBehindTheLastEventWhenTheConnectionIsCut() {
        server.answerJson(202, ACCEPTED)
                .answerEvents(
                        Then.CUT,
                        frames.runState("IN_PROGRESS"),
                        frames.pipeline(),
                        frames.output("stdout", "first", ""),
                        "id: 4\nevent: output\ndata: {\"seq\":4,\"stream\":\"stdo")
                .answerStatus(503)
                .answerEvents(Then.CUT, ": keep-alive\n\n", frames.output("stdout", "second", ""))
                .answerEvents(
                        Then.END,
                        frames.output("stdout", "third", ""),
                        frames.runState("SUCCESSFUL"),
                        frames.end("SUCCESSFUL"));

        assertThat(runnel("run", "file:///job", "--follow")).isZero();

        assertThat(server.asked().stream().skip(1).map(FakeRunnel.Asked::lastEventId))
                .containsExactly(null, "3", "3", "4");
        assertThat(out().lines().filter(line -> line.matches("  (first|second|third)")))
                .containsExactly("  first", "  second", "  third");
        assertThat(out()).contains("connection lost");
    }

    @Test
    void isDoneWhenTheServerHasNothingBehindTheLastEvent() {
        server.answerEvents(Then.CUT, frames.output("stdout", "only", "")).answerStatus(204);

        assertThat(runnel("logs", Frames.RUN, "--follow")).isZero();
    }

    @Test
    void showsStepsOfHowManyTheirCommandsAndHowTheyEnded() {
        server.answerJson(202, ACCEPTED)
                .answerEvents(
                        Then.END,
                        frames.runState("IN_PROGRESS"),
                        frames.pipeline(),
                        frames.stepState(1, "Greet", "IN_PROGRESS"),
                        frames.started(1, 1, "echo hi"),
                        frames.output("stdout", "hi", ""),
                        frames.finished(1, 1, 0),
                        frames.stepState(1, "Greet", "SUCCESSFUL"),
                        frames.stepState(2, "Leave", "IN_PROGRESS"),
                        frames.started(2, 1, "exit 3"),
                        frames.finished(2, 1, 3),
                        frames.next(
                                "step.state",
                                "\"step\":2,\"name\":\"Leave\",\"state\":\"FAILED\",\"attempt\":1,"
                                        + "\"reason\":\"exit-code\",\"exitCode\":3,"
                                        + "\"message\":\"command 1 ended with exit code 3\""),
                        frames.next(
                                "run.state",
                                "\"state\":\"FAILED\",\"reason\":\"exit-code\","
                                        + "\"message\":\"step 2 failed\""),
                        frames.end("FAILED"));

        assertThat(runnel("run", "file:///job", "--follow")).isEqualTo(1);

        assertThat(out())
                .isEqualTo(
                        """
                        run 0199f3a0-0000-7000-8000-000000000001
                        revision 3f2a1bc4d5, pipeline default, 2 steps

                        [1/2] Greet
                          $ echo hi
                          hi
                          took 2.0 s
                          ok: done in 4.0 s

                        [2/2] Leave
                          $ exit 3
                          exit code 3 after 1.0 s
                          !! failed in 3.0 s: command 1 ended with exit code 3

                        !! FAILED (exit-code) in 12.0 s: step 2 failed
                        """);
    }

    @Test
    void joinsPiecesAndShowsOnlyTheLastOfLinesThatAreWrittenOver() {
        server.answerEvents(
                Then.END,
                frames.output("stdout", "one ", ",\"partial\":true"),
                frames.output("stdout", "line", ""),
                frames.output("stdout", "open", ",\"partial\":true"),
                frames.output("stderr", "other", ""),
                frames.output("stdout", "10%", ",\"update\":true"),
                frames.output("stdout", "99%", ",\"update\":true"),
                frames.end("SUCCESSFUL"));

        runnel("logs", Frames.RUN, "-f");

        assertThat(out()).startsWith("  one line\n  open\n  other\n  99%\n");
    }

    @Test
    void coloursOnATerminalOnly() {
        server.answerEvents(
                        Then.END, frames.output("stderr", "warning", ""), frames.end("SUCCESSFUL"))
                .answerEvents(Then.END, frames.end("SUCCESSFUL"));
        terminal = true;
        runnel("logs", Frames.RUN, "-f");
        assertThat(out()).contains("\u001b[33mwarning\u001b[0m");

        out.reset();
        terminal = false;
        runnel("logs", Frames.RUN, "-f");
        assertThat(out()).doesNotContain("\u001b");
    }

    @Test
    void noColorWinsOverATerminal() {
        server.answerEvents(
                Then.END,
                frames.output("stderr", "\\u001b[31mred\\u001b[0m", ""),
                frames.end("FAILED"));
        terminal = true;
        environment = Map.of("NO_COLOR", "1", "CLICOLOR_FORCE", "1");

        runnel("logs", Frames.RUN, "-f");

        assertThat(out()).contains("  red\n").doesNotContain("\u001b[3");
    }

    @Test
    void letsOutputColourTheTerminalAndNothingElse() {
        server.answerEvents(
                Then.END,
                frames.output(
                        "stdout",
                        "\\u001b]0;title\\u0007\\u001b[2J\\u001b[32mgreen\\u001b[0m\\u0007\\u001b]52;c;"
                                + "Zm9v\\u001b\\\\\\tend",
                        ""),
                frames.end("SUCCESSFUL"));
        terminal = true;

        runnel("logs", Frames.RUN, "-f");

        assertThat(out()).startsWith("  \u001b[32mgreen\u001b[0m\tend\u001b[0m\n");
    }

    @Test
    void showsTheFaultsOfAPipelineFileWithTheirPlaces() {
        server.answerEvents(
                Then.END,
                frames.next(
                        "problem",
                        "\"severity\":\"error\",\"code\":\"no-image\",\"file\":\"fxq-pipeline.yml\","
                                + "\"line\":3,\"column\":7,\"message\":\"the step has no image\","
                                + "\"hint\":\"add image: alpine\""),
                frames.end("FAILED"));

        runnel("logs", Frames.RUN, "-f");

        assertThat(out())
                .contains(
                        "fxq-pipeline.yml:3:7: error: the step has no image (add image: alpine)\n");
    }

    @Test
    void printsTheLogOfTheWantedSteps() {
        server.answerText("one\ntwo\n");

        assertThat(runnel("logs", Frames.RUN, "--step=1", "--step=3")).isZero();

        assertThat(out()).isEqualTo("one\ntwo\n");
        assertThat(server.asked().getFirst().line())
                .isEqualTo("GET /api/v1/runs/" + Frames.RUN + "/log?step=1%2C3");
    }

    @Test
    void listsRuns() {
        server.answerJson(
                200,
                """
                {"runs":[{"id":"%s","state":"FAILED","reason":"exit-code","repository":"team/job",\
                "ref":"main","createdAt":"2026-01-01T00:00:00.000001Z",\
                "startedAt":"2026-01-01T00:00:01Z","finishedAt":"2026-01-01T00:00:03.5Z"}],"next":"x"}
                """
                        .formatted(Frames.RUN));

        assertThat(runnel("list", "--state=failed", "--repository=team/job", "--limit=1")).isZero();

        assertThat(server.asked().getFirst().line())
                .isEqualTo("GET /api/v1/runs?limit=1&state=FAILED&repository=team%2Fjob");
        assertThat(out())
                .contains(
                        Frames.RUN
                                + "  FAILED       2026-01-01T00:00:00Z      2.5 s  team/job main")
                .contains("(exit-code)")
                .contains("--limit");
    }

    @Test
    void asksARunToStop() {
        server.answerJson(202, "{\"state\":\"IN_PROGRESS\"}");

        assertThat(runnel("cancel", Frames.RUN)).isZero();

        assertThat(server.asked().getFirst().line()).isEqualTo("DELETE /api/v1/runs/" + Frames.RUN);
        assertThat(out()).contains("asked to stop");
    }

    @Test
    void tellsWhatTheServerRefuses() {
        server.answerProblem(
                400,
                """
                {"title":"The request is not valid","status":400,"detail":"/url: …","errors":[\
                {"pointer":"/url","detail":"the scheme is not allowed","hint":"use https"},\
                {"pointer":"/ref","detail":"this is not a name"}]}\
                """);

        assertThat(runnel("run", "ext::sh")).isEqualTo(5);

        assertThat(err.toString())
                .isEqualTo(
                        """
                        runnel: The request is not valid
                          /url: the scheme is not allowed (use https)
                          /ref: this is not a name
                        """);
    }

    @Test
    void tellsWhatTheServerSaysAboutAnUnknownRun() {
        server.answerProblem(
                404,
                "{\"title\":\"There is no such run\",\"detail\":\"No run has the id x.\","
                        + "\"hint\":\"Look at /api/v1/runs.\"}");

        assertThat(runnel("logs", "x", "-f")).isEqualTo(5);

        assertThat(err.toString())
                .isEqualTo(
                        "runnel: There is no such run: No run has the id x. (Look at /api/v1/runs.)\n");
    }

    @Test
    void tellsWhatToDoWhenNoServerAnswers() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }

        int code = execute("list", "--server=http://127.0.0.1:" + free);

        assertThat(code).isEqualTo(4);
        assertThat(err.toString())
                .contains("No server answers at http://127.0.0.1:" + free)
                .contains("runnel server")
                .contains("--server")
                .doesNotContain("\tat ");
    }

    @Test
    void doubtsThatSomethingElseIsARunnel() {
        server.answerStatus(404);

        assertThat(runnel("list")).isEqualTo(5);
        assertThat(err.toString()).contains("Is it a Runnel?");
    }

    @ParameterizedTest
    @CsvSource({
        "run",
        "run url --no-such-option",
        "run url --variable=NOVALUE",
        "logs",
        "list --limit=many",
        "list --server=ftp://x",
        "list --server=:8080"
    })
    void aWrongCommandLineIsToldWithItsUsage(String line) {
        assertThat(execute(line.split(" "))).isEqualTo(2);
        assertThat(err.toString()).contains("Usage: runnel").doesNotContain("\tat ");
    }

    @Test
    void anUnknownCommandIsToldWithTheLikeliestOne() {
        assertThat(execute("lisst")).isEqualTo(2);
        assertThat(err.toString()).contains("Did you mean: runnel list");
    }

    private int runnel(String... arguments) {
        String[] line = java.util.Arrays.copyOf(arguments, arguments.length + 1);
        line[arguments.length] = "--server=" + server.url();
        return execute(line);
    }

    private int execute(String... line) {
        PrintStream stream = new PrintStream(out, false, UTF_8);
        return Main.execute(
                Terminal.of(stream, environment, terminal, "US-ASCII"),
                new PrintWriter(err, true),
                line);
    }

    private String out() {
        return out.toString(UTF_8);
    }
}
