package dev.runnel.api.log;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.runnel.api.ApiProfile;
import dev.runnel.api.RunWriter;
import dev.runnel.eventlog.EventLog;
import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import dev.runnel.run.OutputLine.End;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunRequest;
import dev.runnel.store.RunStore;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(ApiProfile.class)
class LogSearchTest {
    @Inject RunStore store;
    @Inject EventLog log;

    @Test
    void matchesSayWhereTheyAre() {
        RunWriter run = written();
        long firstOutput = 6;
        search(run, "q=error")
                .statusCode(200)
                .body("more", equalTo(false))
                .body("matches.line", equalTo(List.of(2, 3, 5)))
                .body("matches.step", equalTo(List.of(1, 1, 2)))
                .body("matches.command", equalTo(List.of(1, 1, 1)))
                .body("matches.column", equalTo(List.of(4, 1, 1)))
                .body("matches.stream", equalTo(List.of("stdout", "stderr", "stdout")))
                .body("matches.text", equalTo(List.of("an error: 7", "error: 42", "error. done")))
                .body("matches[0].seq", equalTo((int) firstOutput + 1));
        // the line of the whole log is that of the text
        String[] lines = given().get("/runs/" + run.id() + "/log").asString().split("\n", -1);
        assertThat(lines[1]).isEqualTo("an error: 7");
        assertThat(lines[4]).isEqualTo("error. done");
    }

    @Test
    void expressionsAndNarrowingWork() {
        RunWriter run = written();
        search(run, "q=^error:%20\\d%2B$&regex=true").body("matches.line", equalTo(List.of(3)));
        search(run, "q=error&step=2").body("matches.line", equalTo(List.of(1)));
        search(run, "q=error&stream=stderr").body("matches.line", equalTo(List.of(1)));
        search(run, "q=(%3Fi)ERROR.*done&regex=true").body("matches.step", equalTo(List.of(2)));
        search(run, "q=nothing%20of%20this").body("matches", equalTo(List.of()));
        search(run, "q=error&limit=2")
                .body("matches.line", equalTo(List.of(2, 3)))
                .body("more", equalTo(true));
        search(run, "q=error&limit=3").body("more", equalTo(false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limit=5",
                "q=",
                "q=(&regex=true",
                "q=a{1001}&regex=true",
                "q=(a)\\1&regex=true",
                "q=((a{900}){900}){900}&regex=true",
                "q=a&limit=0",
                "q=a&limit=1001",
                "q=a&regex=yes",
                "q=a&step=x"
            })
    void faultyQuestionsAreRefused(String query) {
        search(written(), query)
                .statusCode(400)
                .contentType("application/problem+json")
                .body("type", equalTo("/problems/invalid-parameter"));
    }

    @Test
    void anExpressionThatExplodesElsewhereDoesNotHere() {
        RunWriter run = begun().print(1, "x".repeat(16_000), "x".repeat(16_000));
        search(run, "q=(x%2Bx%2B)%2By&regex=true").statusCode(200);
    }

    @Test
    void aSearchThatTakesTooLongEndsWithAProblem() {
        RunWriter run = begun();
        String line = "ab".repeat(8_000);
        for (int chunk = 0; chunk < 60; chunk++) {
            run.print(1, line, line, line, line);
        }
        long began = System.nanoTime();
        search(run, "q=((a|b|ab|ba){30}){20}c&regex=true")
                .statusCode(422)
                .contentType("application/problem+json")
                .body("type", equalTo("/problems/search-too-long"))
                .body("run", equalTo(run.id().toString()))
                .body("detail", containsString("line "));
        assertThat(System.nanoTime() - began).isLessThan(20_000_000_000L);
    }

    private ValidatableResponse search(RunWriter run, String query) {
        return given().urlEncodingEnabled(false)
                .get(
                        "/runs/"
                                + run.id()
                                + "/log/search?"
                                + query.replace("{", "%7B")
                                        .replace("}", "%7D")
                                        .replace("^", "%5E")
                                        .replace("\\", "%5C")
                                        .replace("|", "%7C"))
                .then();
    }

    private RunWriter begun() {
        return RunWriter.submit(store, log, RunRequest.of("https://git.example/a/b"))
                .begin(RunWriter.step(1, "Build", "make"), RunWriter.step(2, "Test", "test"));
    }

    private RunWriter written() {
        RunWriter run = begun();
        run.write(
                out("first", End.NEWLINE),
                out("an er", End.NONE),
                out("ror: 7", End.NEWLINE),
                new OutputWritten(1, 1, OutputChannel.STDERR, OutputLine.of("error: 42")));
        run.write(out("10%", End.RETURN), out("20%", End.NEWLINE));
        return run.finishStep(1).startStep(2).print(2, "error. done").fail(2, 1);
    }

    private static OutputWritten out(String text, End end) {
        return new OutputWritten(1, 1, OutputChannel.STDOUT, new OutputLine(text, end, false));
    }
}
