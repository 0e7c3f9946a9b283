package dev.runnel.api.log;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.api.ApiProfile;
import dev.runnel.api.RunWriter;
import dev.runnel.api.SseSocket;
import dev.runnel.eventlog.EventLog;
import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import dev.runnel.run.OutputLine.End;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunRequest;
import dev.runnel.store.RunStore;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@TestProfile(ApiProfile.class)
class RunLogTest {
    @Inject RunStore store;
    @Inject EventLog log;

    @ParameterizedTest
    @CsvSource({
        "'','pieces\u001B[1mé10%\rwarn\nsecond\n'",
        "?step=1,'pieces\u001B[1mé10%\rwarn\n'",
        "?step=2,'second\n'",
        "?stream=stderr,'warn\n'",
        "?stream=stdout,'pieces\u001B[1mé10%\rsecond\n'",
        "?stream=stdout&step=2&follow=true,'second\n'",
        "?follow=true,'pieces\u001B[1mé10%\rwarn\nsecond\n'",
    })
    void theOutputIsTextWithItsLineEnds(String query, String text) {
        RunWriter run = begun();
        run.write(
                output(OutputChannel.STDOUT, "pieces", End.NONE),
                output(OutputChannel.STDOUT, "\u001B[1mé10%", End.RETURN),
                output(OutputChannel.STDERR, "warn", End.NEWLINE));
        run.finishStep(1).startStep(2).print(2, "second").fail(2, 1);
        Response answer =
                given().urlEncodingEnabled(false).get("/runs/" + run.id() + "/log" + query);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.contentType()).isEqualToIgnoringCase("text/plain;charset=UTF-8");
        assertThat(answer.header("Accept-Ranges"))
                .isEqualTo(query.contains("follow") ? "none" : "bytes");
        assertThat(answer.asString()).isEqualTo(text);
    }

    @Test
    void aLiveLogEndsWhereItIsUnlessItIsFollowed() throws IOException {
        RunWriter run = begun().print(1, "one");
        assertThat(given().get("/runs/" + run.id() + "/log").asString()).isEqualTo("one\n");
        try (SseSocket client =
                new SseSocket(RestAssured.port, "/runs/" + run.id() + "/log?follow=true")) {
            client.readUntil("one\n");
            run.print(1, "two").fail(1, 1);
            assertThat(client.readUpTo(Integer.MAX_VALUE)).isTrue();
            assertThat(client.body()).isEqualTo("one\ntwo\n");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "stream=stdin,/stream,known are stdout",
        "follow=yes,/follow,true or false",
        "timestamps=1,/timestamps,true or false",
        "tail=0,/tail,from 1",
        "tail=all,/tail,from 1",
        "download=zip,/download,gzip",
        "step=x,/step,numbered from 1"
    })
    void aFaultyParameterIsNamed(String query, String pointer, String hint) {
        Response answer = given().get("/runs/" + begun().id() + "/log?" + query);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.jsonPath().getString("errors[0].pointer")).isEqualTo(pointer);
        assertThat(answer.jsonPath().getString("errors[0].hint")).contains(hint);
    }

    private RunWriter begun() {
        return RunWriter.submit(store, log, RunRequest.of("https://git.example/a/b"))
                .begin(RunWriter.step(1, "Build", "make"), RunWriter.step(2, "Test", "make check"));
    }

    private static OutputWritten output(OutputChannel channel, String text, End end) {
        return new OutputWritten(1, 1, channel, new OutputLine(text, end, false));
    }
}
