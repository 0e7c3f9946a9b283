package dev.runnel.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.emptyIterable;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import dev.runnel.eventlog.EventLog;
import dev.runnel.run.Reason;
import dev.runnel.run.RunRequest;
import dev.runnel.run.RunState;
import dev.runnel.store.RunStore;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(ApiProfile.class)
class RunsResourceTest {
    private static final String BODY = "{\"url\": \"https://git.example/team/job.git\"}";

    @Inject RunStore store;
    @Inject EventLog log;

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/runs", "/runs"})
    void aSubmittedRunIsFoundAtItsLocation(String path) {
        ValidatableResponse answer =
                post(path, BODY)
                        .statusCode(202)
                        .contentType(ContentType.JSON)
                        .body("state", equalTo("PENDING"))
                        .body("url", equalTo("https://git.example/team/job.git"))
                        .body("repository", equalTo("team/job"))
                        .body("createdAt", matchesPattern("\\d{4}-.*\\.\\d{6}Z"))
                        .header("Location", matchesPattern("http://.*/api/v1/runs/[0-9a-f-]{36}"));
        String id = answer.extract().path("id");
        String location = answer.extract().header("Location");
        given().get(location).then().statusCode(200).body("id", equalTo(id));
        given().get("/runs/" + id).then().statusCode(200).body("id", equalTo(id));
        assertThat(location).endsWith("/" + id);
    }

    @Test
    void theWholeRequestIsKept() {
        String id =
                post(
                                "/runs",
                                """
                                {"url": "https://git.example/a/b", "ref": "v1.2", "pipeline": "nightly",
                                 "variables": {"TOKEN": "secret-value", "A": ""},
                                 "callbacks": {"run": "https://ci.example/run", "protocol": "register"}}
                                """)
                        .statusCode(202)
                        .body("ref", equalTo("v1.2"))
                        .body("pipeline", equalTo("nightly"))
                        .body("variables", equalTo(List.of("A", "TOKEN")))
                        .extract()
                        .path("id");
        String shown = given().get("/runs/" + id).then().extract().asString();
        assertThat(shown).doesNotContain("secret-value");
        RunRequest kept =
                store.find(dev.runnel.run.RunId.parse(id).orElseThrow()).orElseThrow().request();
        assertThat(kept.variables()).containsEntry("TOKEN", "secret-value").containsEntry("A", "");
        assertThat(kept.callbacks().protocol()).hasToString("REGISTER");
        assertThat(kept.callbacks().run().orElseThrow()).hasToString("https://ci.example/run");
        assertThat(kept.callbacks().step()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://user:pass@git.example/a/b.git",
                "https://token@git.example/a/b.git",
                "https://us:er:pa@ss@git.example/a/b.git"
            })
    void credentialsInTheAddressAreNotShown(String url) {
        post("/runs", "{\"url\": \"" + url + "\"}")
                .statusCode(202)
                .body("url", equalTo("https://***@git.example/a/b.git"));
    }

    @Test
    void aRepeatedKeyGivesTheSameRun() {
        String key = UUID.randomUUID().toString();
        String first =
                postWithKey(key, BODY)
                        .statusCode(202)
                        .header("Idempotent-Replayed", nullValue())
                        .extract()
                        .path("id");
        postWithKey(key, BODY)
                .statusCode(202)
                .header("Idempotent-Replayed", "true")
                .header("Location", containsString(first))
                .body("id", equalTo(first));
        postWithKey(key, "{\"url\": \"https://git.example/other/job.git\"}")
                .statusCode(409)
                .contentType("application/problem+json")
                .body("type", equalTo("/problems/idempotency-key-taken"))
                .body("run", equalTo(first))
                .body("detail", containsString(first));
    }

    @Test
    void theRunShowsItsStepsAndCommands() {
        RunWriter writer =
                RunWriter.submit(store, log, RunRequest.of("https://git.example/a/b"))
                        .begin(
                                RunWriter.step(1, "Build", "make"),
                                RunWriter.step(2, "Test", "make check"))
                        .print(1, "hello")
                        .finishStep(1)
                        .startStep(2)
                        .fail(2, 3);
        given().get("/runs/" + writer.id())
                .then()
                .statusCode(200)
                .body("state", equalTo("FAILED"))
                .body("reason", equalTo("exit-code"))
                .body("revision", equalTo(RunWriter.REVISION))
                .body("pipeline", equalTo("default"))
                .body("finishedAt", matchesPattern(".*Z"))
                .body("links.events", equalTo("/api/v1/runs/" + writer.id() + "/events"))
                .body("steps.step", equalTo(List.of(1, 2)))
                .body("steps.name", equalTo(List.of("Build", "Test")))
                .body("steps.image", equalTo(List.of("alpine", "alpine")))
                .body("steps.state", equalTo(List.of("SUCCESSFUL", "FAILED")))
                .body("steps.attempt", equalTo(List.of(1, 1)))
                .body("steps.exitCode", equalTo(List.of(0, 3)))
                .body("steps[1].reason", equalTo("exit-code"))
                .body("steps[1].commands[0].command", equalTo(1))
                .body("steps[1].commands[0].instruction", equalTo("make check"))
                .body("steps[1].commands[0].state", equalTo("FAILED"))
                .body("steps[1].commands[0].exitCode", equalTo(3))
                .body("steps[1].commands[0].startedAt", matchesPattern(".*Z"));
    }

    @Test
    void cancellingALiveRunIsAcceptedAndNoted() {
        String id = post("/runs", BODY).extract().path("id");
        given().delete("/runs/" + id).then().statusCode(202).body("id", equalTo(id));
        given().delete("/runs/" + id)
                .then()
                .statusCode(org.hamcrest.Matchers.oneOf(200, 202))
                .body("id", equalTo(id));
    }

    @Test
    void cancellingAFinishedRunChangesNothing() {
        RunWriter writer =
                RunWriter.submit(store, log, RunRequest.of("https://git.example/a/b"))
                        .begin(RunWriter.step(1, "Build", "make"))
                        .finishStep(1)
                        .end(RunState.SUCCESSFUL, Optional.empty());
        given().delete("/runs/" + writer.id())
                .then()
                .statusCode(200)
                .body("state", equalTo("SUCCESSFUL"));
        given().get("/runs/" + writer.id()).then().body("state", equalTo("SUCCESSFUL"));
    }

    @Test
    void pagesHoldEveryRunOnceNewestFirst() {
        String repository = "pages/" + UUID.randomUUID();
        List<String> submitted = new ArrayList<>();
        for (int run = 0; run < 7; run++) {
            submitted.add(
                    RunWriter.submit(
                                    store,
                                    log,
                                    RunRequest.of("https://git.example/" + repository + ".git"))
                            .id()
                            .toString());
        }
        List<String> listed = new ArrayList<>();
        String next = "/runs?limit=3&repository=" + repository.replace("/", "%2F");
        int pages = 0;
        while (next != null) {
            ValidatableResponse page =
                    given().urlEncodingEnabled(false).get(next).then().statusCode(200);
            listed.addAll(page.extract().path("runs.id"));
            page.body("runs[0].steps", nullValue());
            pages++;
            next = page.extract().header("Link");
            if (next != null) {
                assertThat(next).startsWith("<").endsWith(">; rel=\"next\"");
                assertThat(next).contains("cursor=" + page.extract().path("next"));
                next = next.substring(1, next.indexOf('>'));
            }
        }
        assertThat(pages).isEqualTo(3);
        assertThat(listed).containsExactlyElementsOf(submitted.reversed());
    }

    @Test
    void aFullLastPageHasNoNext() {
        String repository = "full/" + UUID.randomUUID();
        RunWriter.submit(store, log, RunRequest.of("https://git.example/" + repository));
        RunWriter.submit(store, log, RunRequest.of("https://git.example/" + repository));
        given().get("/runs?limit=2&repository=" + repository)
                .then()
                .body("runs.size()", equalTo(2))
                .body("next", nullValue())
                .header("Link", nullValue());
    }

    @Test
    void filtersNarrow() {
        String repository = "filters/" + UUID.randomUUID();
        RunRequest request = RunRequest.of("https://git.example/" + repository);
        Instant before = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        RunWriter waiting = RunWriter.submit(store, log, request);
        RunWriter failed =
                RunWriter.submit(store, log, request)
                        .begin(RunWriter.step(1, "Build", "make"))
                        .fail(1, 1);
        RunWriter aborted =
                RunWriter.submit(store, log, request)
                        .end(RunState.ABORTED, Optional.of(Reason.CANCELLED));
        String of = "/runs?repository=" + repository.toUpperCase(java.util.Locale.ROOT);
        String waitingId = waiting.id().toString();
        String failedId = failed.id().toString();
        String abortedId = aborted.id().toString();
        assertThat(ids(of)).containsExactly(abortedId, failedId, waitingId);
        assertThat(ids(of + "&state=FAILED")).containsExactly(failedId);
        assertThat(ids(of + "&state=failed,ABORTED")).containsExactly(abortedId, failedId);
        assertThat(ids(of + "&state=PENDING&state=ABORTED")).containsExactly(abortedId, waitingId);
        assertThat(ids(of + "&from=" + before)).hasSize(3);
        assertThat(ids(of + "&to=" + before)).isEmpty();
        assertThat(ids(of + "&from=" + failed.run().createdAt()))
                .containsExactly(abortedId, failedId);
        assertThat(ids(of + "&to=" + failed.run().createdAt())).containsExactly(waitingId);
    }

    @Test
    void anOffsetWhosePlusWasNotEncodedIsUnderstood() {
        given().urlEncodingEnabled(false)
                .get("/runs?from=2999-01-01T00:00:00+02:00")
                .then()
                .statusCode(200)
                .body("runs", emptyIterable());
    }

    @Test
    void theAliasIsNotTheWholeSite() {
        given().get("/runsx").then().statusCode(404);
        given().get("/api/v1/runs").then().statusCode(200).body("runs", not(nullValue()));
    }

    private static List<String> ids(String path) {
        return given().urlEncodingEnabled(false)
                .get(path)
                .then()
                .statusCode(200)
                .extract()
                .path("runs.id");
    }

    private static ValidatableResponse post(String path, String body) {
        return given().contentType(ContentType.JSON).body(body).post(path).then();
    }

    private static ValidatableResponse postWithKey(String key, String body) {
        return given().contentType(ContentType.JSON)
                .header("Idempotency-Key", key)
                .body(body)
                .post("/api/v1/runs")
                .then();
    }
}
