package dev.runnel.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import dev.runnel.eventlog.EventLog;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Step;
import dev.runnel.run.Callbacks;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.PipelineRead;
import dev.runnel.run.RunEvent.ResultPushed;
import dev.runnel.run.RunEvent.RunStateChanged;
import dev.runnel.run.RunEvent.StepKept;
import dev.runnel.run.RunId;
import dev.runnel.run.RunRequest;
import dev.runnel.run.RunRequest.Rerun;
import dev.runnel.run.RunState;
import dev.runnel.store.RunStore;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Repeating runs and cancelling them, as far as the interface goes.
@QuarkusTest
@TestProfile(ApiProfile.class)
class RerunTest {
    private static final RunRequest REQUEST =
            new RunRequest(
                    "https://git.example/team/job.git",
                    Optional.of("main"),
                    Optional.of("nightly"),
                    Map.of("A", "1", "B", "2"),
                    Callbacks.NONE);

    private static final Step BUILD = RunWriter.step(1, "build", "make");
    private static final Step TEST = RunWriter.step(2, "test", "make test");
    private static final Step SHIP = RunWriter.step(3, "ship", "make ship");

    @Inject RunStore store;
    @Inject EventLog log;

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/runs/", "/runs/"})
    void aRerunAsksForTheSameAgainAndTheTwoKnowEachOther(String path) {
        RunId original = failed().id();
        ValidatableResponse answer =
                given().post(path + original + "/rerun")
                        .then()
                        .statusCode(202)
                        .body("rerunOf", equalTo(original.toString()))
                        .body("state", equalTo("PENDING"))
                        .body("pipeline", equalTo("nightly"))
                        .body("variables", equalTo(List.of("A", "B")));
        String id = answer.extract().path("id");
        assertThat(answer.extract().header("Location")).endsWith("/api/v1/runs/" + id);
        given().get("/runs/" + id).then().body("reruns", nullValue());
        String second = given().post(path + original + "/rerun").then().extract().path("id");
        given().get("/runs/" + original)
                .then()
                .body("reruns", equalTo(List.of(id, second)))
                .body("rerunOf", nullValue());
        RunRequest stored = stored(id);
        assertThat(stored.ref()).isEqualTo(REQUEST.ref());
        assertThat(stored.variables()).isEqualTo(REQUEST.variables());
        assertThat(stored.rerun())
                .contains(
                        new Rerun(
                                original,
                                Optional.of(RunWriter.REVISION),
                                Map.of(),
                                Optional.empty()));
    }

    @Test
    void variablesAreChangedOneByOne() {
        String id =
                rerun(failed().id(), "{\"variables\": {\"A\": null, \"B\": \"3\", \"C\": \"4\"}}")
                        .statusCode(202)
                        .extract()
                        .path("id");
        assertThat(stored(id).variables()).isEqualTo(Map.of("B", "3", "C", "4"));
    }

    @Test
    void secretsAreCarriedOverAndChangedOneByOneAndShownToNobody() {
        RunRequest secret = REQUEST.withSecrets(Map.of("TOKEN", "open-sesame", "OLD", "gone-now"));
        RunWriter writer = RunWriter.submit(store, log, secret);
        writer.begin(BUILD).fail(1, 1);
        ValidatableResponse answer =
                rerun(writer.id(), "{\"secrets\": {\"OLD\": null, \"NEW\": \"abracadabra\"}}")
                        .statusCode(202)
                        .body("secrets", equalTo(List.of("NEW", "TOKEN")));
        assertThat(answer.extract().asString())
                .doesNotContain("open-sesame", "gone-now", "abracadabra");
        assertThat(stored(answer.extract().path("id")).secrets())
                .isEqualTo(Map.of("TOKEN", "open-sesame", "NEW", "abracadabra"));
    }

    @Test
    void theLatestRevisionIsWhatTheRefStandsForWhenItRuns() {
        String id =
                rerun(failed().id(), "{\"revision\": \"latest\"}")
                        .statusCode(202)
                        .extract()
                        .path("id");
        assertThat(stored(id).rerun().orElseThrow().revision()).isEmpty();
    }

    @Test
    void successfulStepsAreKeptWithWhoeverRanThemAndWhatTheyPushed() {
        RunWriter writer = RunWriter.submit(store, log, REQUEST);
        RunId earlier = failed().id();
        writer.write(
                RunStateChanged.to(RunState.PENDING),
                RunStateChanged.to(RunState.IN_PROGRESS),
                new PipelineRead(
                        RunWriter.REVISION,
                        new Pipeline("nightly", "/workspace", List.of(BUILD, TEST, SHIP))),
                new StepKept(1, "build", earlier));
        writer.startStep(2).write(new ResultPushed(2, "main", "b".repeat(40))).finishStep(2);
        writer.startStep(3).fail(3, 1);
        given().get("/runs/" + writer.id())
                .then()
                .body("steps[0].keptFrom", equalTo(earlier.toString()))
                .body("steps[0].state", equalTo("SUCCESSFUL"))
                .body("pushed", equalTo("b".repeat(40)));

        String id = rerun(writer.id(), "{\"from\": \"failed\"}").extract().path("id");
        assertThat(stored(id).rerun().orElseThrow())
                .isEqualTo(
                        new Rerun(
                                writer.id(),
                                Optional.of(RunWriter.REVISION),
                                Map.of(1, earlier, 2, writer.id()),
                                Optional.of("b".repeat(40))));
    }

    @Test
    void onlyARunThatHasEndedIsRepeated() {
        RunId live = RunWriter.submit(store, log, REQUEST).id();
        rerun(live, "{}")
                .statusCode(409)
                .body("type", equalTo("/problems/run-not-ended"))
                .body("run", equalTo(live.toString()))
                .body("hint", containsString("cancel"));
        given().post("/runs/" + UUID.randomUUID() + "/rerun").then().statusCode(404);
    }

    @Test
    void aSuccessfulRunIsRepeatedFromTheStartOnly() {
        RunWriter writer = RunWriter.submit(store, log, REQUEST);
        writer.begin(BUILD).finishStep(1).end(RunState.SUCCESSFUL, Optional.empty());
        rerun(writer.id(), "{\"from\": \"failed\"}")
                .statusCode(409)
                .body("type", equalTo("/problems/nothing-failed"));
        rerun(writer.id(), "{\"from\": \"start\"}").statusCode(202);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"from\": \"middle\"}",
                "{\"revision\": \"newest\"}",
                "{\"from\": \"failed\", \"revision\": \"latest\"}",
                "{\"variables\": {\"A\": 1}}",
                "{\"variables\": {\"not a name\": \"1\"}}",
                "{\"url\": \"https://git.example/other\"}"
            })
    void whatCannotBeAskedForIsRefused(String body) {
        rerun(failed().id(), body)
                .statusCode(400)
                .body("type", equalTo("/problems/invalid-request"))
                .body("errors.pointer", not(nullValue()));
    }

    @Test
    void aBodyIsSentAsJson() {
        given().contentType("text/plain")
                .body("{}")
                .post("/runs/" + failed().id() + "/rerun")
                .then()
                .statusCode(415)
                .body("type", equalTo("/problems/unsupported-media-type"));
    }

    @Test
    void theSameKeyGivesTheSameRunAndAnotherWishIsRefused() {
        RunId original = failed().id();
        String key = UUID.randomUUID().toString();
        String first =
                json().header("Idempotency-Key", key)
                        .body("{\"from\": \"failed\"}")
                        .post("/runs/" + original + "/rerun")
                        .then()
                        .statusCode(202)
                        .extract()
                        .path("id");
        json().header("Idempotency-Key", key)
                .body("{\"from\": \"failed\"}")
                .post("/runs/" + original + "/rerun")
                .then()
                .statusCode(202)
                .header("Idempotent-Replayed", equalTo("true"))
                .body("id", equalTo(first));
        json().header("Idempotency-Key", key)
                .body("{\"variables\": {\"A\": \"9\"}}")
                .post("/runs/" + original + "/rerun")
                .then()
                .statusCode(409);
        json().header("Idempotency-Key", key)
                .post("/runs/" + failed().id() + "/rerun")
                .then()
                .statusCode(409);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/cancel", "/steps/1/cancel"})
    void aRunThatHasEndedStaysAsItIs(String what) {
        RunId id = failed().id();
        given().post("/runs/" + id + what)
                .then()
                .statusCode(200)
                .body("state", equalTo("FAILED"))
                .body("steps[0].state", equalTo("SUCCESSFUL"));
    }

    @Test
    void cancellingByPostIsTheSameAsDeleting() {
        RunWriter writer = RunWriter.submit(store, log, REQUEST);
        given().post("/runs/" + writer.id() + "/cancel").then().statusCode(202);
        given().post("/runs/" + writer.id() + "/cancel").then().statusCode(202);
        given().delete("/runs/" + writer.id()).then().statusCode(202);
        assertThat(store.requestCancel(writer.id())).isTrue();
        given().post("/runs/nothing/cancel").then().statusCode(404);
    }

    @Test
    void oneStepIsCancelledUnlessItIsOver() {
        RunWriter writer = RunWriter.submit(store, log, REQUEST);
        given().post("/runs/" + writer.id() + "/steps/1/cancel")
                .then()
                .statusCode(404)
                .body("type", equalTo("/problems/step-not-found"))
                .body("detail", containsString("not known yet"));
        writer.begin(BUILD, TEST).finishStep(1);
        given().post("/runs/" + writer.id() + "/steps/2/cancel").then().statusCode(202);
        given().post("/runs/" + writer.id() + "/steps/2/cancel").then().statusCode(202);
        given().post("/runs/" + writer.id() + "/steps/1/cancel").then().statusCode(200);
        for (String number : List.of("3", "0", "-1", "02", "two")) {
            given().post("/runs/" + writer.id() + "/steps/" + number + "/cancel")
                    .then()
                    .statusCode(404)
                    .body("type", equalTo("/problems/step-not-found"));
        }
    }

    private RunWriter failed() {
        RunWriter writer = RunWriter.submit(store, log, REQUEST);
        return writer.begin(BUILD, TEST).finishStep(1).startStep(2).fail(2, 1);
    }

    private RunRequest stored(String id) {
        return store.find(RunId.parse(id).orElseThrow()).map(Run::request).orElseThrow();
    }

    private static ValidatableResponse rerun(RunId original, String body) {
        return json().body(body).post("/runs/" + original + "/rerun").then();
    }

    private static RequestSpecification json() {
        return given().contentType(ContentType.JSON);
    }
}
