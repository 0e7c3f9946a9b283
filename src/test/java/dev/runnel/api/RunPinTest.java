package dev.runnel.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.runnel.eventlog.EventLog;
import dev.runnel.problem.ProblemType;
import dev.runnel.run.RunRequest;
import dev.runnel.store.RunRetention;
import dev.runnel.store.RunStore;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.time.Instant;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(ApiProfile.class)
class RunPinTest {
    private static final Instant FAR_AHEAD = Instant.parse("2999-01-01T00:00:00Z");

    @Inject RunStore store;
    @Inject EventLog log;
    @Inject RunRetention retention;

    @Test
    void aPinnedRunIsKeptAndAnUnpinnedOneIsNot() throws Exception {
        RunWriter run = finished();
        given().get(pin(run)).then().statusCode(200).body("pinned", equalTo(false));
        given().put("/runs/" + run.id() + "/pin")
                .then()
                .statusCode(200)
                .body("pinned", equalTo(true))
                .body("logRemovedAt", nullValue());
        removeLogs();
        assertThat(log.read(run.id(), 0, 1)).isNotEmpty();
        given().delete(pin(run)).then().statusCode(200).body("pinned", equalTo(false));
        removeLogs();
        given().get(pin(run)).then().statusCode(200).body("logRemovedAt", notNullValue());
    }

    @Test
    void theRunOfARemovedLogIsShownAndItsLogIsGone() throws Exception {
        RunWriter run = finished();
        removeLogs();
        given().get("/runs/" + run.id()).then().statusCode(200).body("state", equalTo("FAILED"));
        gone(given().get("/runs/" + run.id() + "/events").then(), run);
        gone(given().get("/runs/" + run.id() + "/log").then(), run);
        gone(given().get("/runs/" + run.id() + "/log?follow=true").then(), run);
        gone(given().get("/runs/" + run.id() + "/events?after=3").then(), run);
    }

    @Test
    void whoHasTheWholeLogIsToldThatThereIsNoMore() throws Exception {
        RunWriter run = finished();
        removeLogs();
        given().header("Last-Event-ID", run.run().events())
                .get("/runs/" + run.id() + "/events")
                .then()
                .statusCode(204);
    }

    @Test
    void anUnknownRunHasNoPin() {
        given().put("/runs/01a203fc-53c8-7061-8a4e-0b9724f86019/pin")
                .then()
                .statusCode(404)
                .body("type", equalTo(ProblemType.RUN_NOT_FOUND.reference()));
        given().post("/runs/01a203fc-53c8-7061-8a4e-0b9724f86019/pin").then().statusCode(405);
    }

    private static void gone(ValidatableResponse answer, RunWriter run) {
        answer.statusCode(410)
                .contentType("application/problem+json")
                .body("type", equalTo(ProblemType.LOG_REMOVED.reference()))
                .body("run", equalTo(run.id().toString()));
    }

    private void removeLogs() {
        int removed;
        do {
            removed = retention.removeLogs(FAR_AHEAD, 1000);
        } while (removed > 0);
    }

    private static String pin(RunWriter run) {
        return "/api/v1/runs/" + run.id() + "/pin";
    }

    private RunWriter finished() {
        return RunWriter.submit(store, log, RunRequest.of("https://git.example/a/b"))
                .begin(RunWriter.step(1, "Build", "make"))
                .print(1, "built")
                .fail(1, 1);
    }
}
