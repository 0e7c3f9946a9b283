package dev.runnel.api.queue;

import static dev.runnel.api.queue.QueueApi.get;
import static dev.runnel.api.queue.QueueApi.post;
import static dev.runnel.api.queue.QueueApi.problem;
import static dev.runnel.api.queue.QueueApi.repository;
import static dev.runnel.api.queue.QueueApi.submit;
import static dev.runnel.api.queue.QueueApi.submitted;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.runnel.api.ApiProfile;
import dev.runnel.api.RunWriter;
import dev.runnel.eventlog.EventLog;
import dev.runnel.run.Reason;
import dev.runnel.run.RunId;
import dev.runnel.run.RunState;
import dev.runnel.store.Pauses;
import dev.runnel.store.RunQueue;
import dev.runnel.store.RunStore;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(ApiProfile.class)
class QueueResourceTest {
    private static final String LATER = ", \"notBefore\": \"2999-01-31T12:00:00+02:00\"";

    @Inject RunStore store;
    @Inject RunQueue queue;
    @Inject Pauses pauses;
    @Inject EventLog log;

    @AfterEach
    void resumeAll() {
        pauses.all().forEach(pause -> pauses.resume(pause.scope()));
    }

    @Test
    void aWaitingRunShowsItsPlaceAndWhatItAskedFor() {
        String id =
                submitted(
                        repository(),
                        ", \"priority\": 7"
                                + LATER
                                + ", \"concurrency\": {\"group\": \"g-${ref}\", \"limit\": 2,"
                                + " \"policy\": \"queue\"}");
        get("/runs/" + id)
                .statusCode(200)
                .body("priority", equalTo(7))
                .body("notBefore", equalTo("2999-01-31T10:00:00.000000Z"))
                .body("concurrency.group", equalTo("g-${ref}"))
                .body("concurrency.limit", equalTo(2))
                .body("concurrency.policy", equalTo("queue"))
                .body("queue.position", greaterThanOrEqualTo(1))
                .body("queue.held", equalTo("not-before"))
                .body("queue.notBefore", equalTo("2999-01-31T10:00:00.000000Z"));
        String usual = submitted(repository(), "");
        get("/runs/" + usual)
                .body("queue.position", greaterThanOrEqualTo(1))
                .body("queue.held", nullValue())
                .body("priority", nullValue())
                .body("concurrency", nullValue());
        RunWriter.take(store, log, id(usual)).end(RunState.ABORTED, Optional.of(Reason.CANCELLED));
        get("/runs/" + usual).body("queue", nullValue());
    }

    @Test
    void theQueueShowsEveryWaitingRunOnceInItsOrder() {
        String repository = repository();
        String high = submitted(repository, ", \"priority\": 100");
        String first = submitted(repository, "");
        String second = submitted(repository, "");
        String later = submitted(repository, LATER);
        List<String> listed = new ArrayList<>();
        List<Integer> positions = new ArrayList<>();
        String next = "/queue?limit=2";
        while (next != null) {
            ValidatableResponse page = get(next).statusCode(200);
            listed.addAll(page.extract().path("waiting.run"));
            positions.addAll(page.extract().path("waiting.position"));
            String cursor = page.extract().path("next");
            next = cursor == null ? null : "/api/v1/queue?limit=2&cursor=" + cursor;
        }
        assertThat(listed).doesNotHaveDuplicates().containsSubsequence(high, first, second, later);
        assertThat(positions.getFirst()).isEqualTo(1);
        assertThat(positions).isSorted().doesNotHaveDuplicates().hasSize(listed.size());
        get("/queue?limit=200")
                .body("depth", equalTo(listed.size()))
                .body("held.'not-before'", greaterThanOrEqualTo(1))
                .body("oldestAgeSeconds", notNullValue())
                .body("running", notNullValue())
                .body("next", nullValue())
                .body("waiting.find { it.run == '" + later + "' }.held", equalTo("not-before"))
                .body("waiting.find { it.run == '" + later + "' }.repository", equalTo(repository))
                .body("waiting.find { it.run == '" + high + "' }.priority", equalTo(100))
                .body(
                        "waiting.find { it.run == '" + high + "' }.href",
                        equalTo("/api/v1/runs/" + high));
    }

    @ParameterizedTest
    @CsvSource({
        "?limit=0, invalid-parameter",
        "?limit=201, invalid-parameter",
        "?limit=x, invalid-parameter",
        "?limit=1&limit=2, invalid-parameter",
        "?lmit=1, invalid-parameter",
        "?cursor=, invalid-cursor",
        "?cursor=AQID, invalid-cursor",
        "?cursor=%C3%A4, invalid-cursor",
    })
    void aWrongPageIsRefused(String query, String type) {
        problem(get("/queue" + query), 400, type);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"priority\": 1000 | /priority",
                "\"priority\": -101 | /priority",
                "\"priority\": 1.5 | /priority",
                "\"priority\": \"high\" | /priority",
                "\"priority\": 99999999999999999999 | /priority",
                "\"notBefore\": \"tomorrow\" | /notBefore",
                "\"notBefore\": \"2026-01-31\" | /notBefore",
                "\"notBefore\": \"2026-01-31T12:00:00\" | /notBefore",
                "\"notBefore\": \"+99999-01-31T12:00:00Z\" | /notBefore",
                "\"notBefore\": 5 | /notBefore",
                "\"concurrency\": \"x\" | /concurrency",
                "\"concurrency\": {\"limit\": 0} | /concurrency/limit",
                "\"concurrency\": {\"limit\": 1001} | /concurrency/limit",
                "\"concurrency\": {\"limit\": true} | /concurrency/limit",
                "\"concurrency\": {\"policy\": \"skip\"} | /concurrency/policy",
                "\"concurrency\": {\"grup\": \"a\"} | /concurrency/grup",
                "\"concurrency\": {\"group\": \"  \"} | /concurrency/group",
                "\"concurrency\": {\"group\": \"${branch}\"} | /concurrency/group",
                "\"concurrency\": {\"group\": \"${variables.NO}\"} | /concurrency/group",
                "\"labels\": \"gpu\" | /labels",
                "\"labels\": [\"a b\"] | /labels",
                "\"pullRequest\": {\"source\": \"a\"} | /pullRequest/target",
                "\"pullRequest\": {\"source\": \"-a\", \"target\": \"b\"} | /pullRequest/source",
            })
    void aWrongWishIsRefusedWithThePlaceOfTheFault(String field, String pointer) {
        ValidatableResponse answer = submit(repository(), ", " + field);
        problem(answer, 400, "invalid-request");
        answer.body("errors.pointer", is(List.of(pointer))).body("errors[0].hint", not(""));
    }

    @Test
    void aRunShowsItsLabelsAndItsPullRequest() {
        String id =
                submitted(
                        repository(),
                        ", \"labels\": [\"nobody.has\", \"linux\"], \"pullRequest\": {\"id\": 7,"
                                + " \"source\": \"fix/x\", \"target\": \"main\"}");
        get("/runs/" + id)
                .statusCode(200)
                .body("ref", equalTo("fix/x"))
                .body("pullRequest.id", equalTo("7"))
                .body("pullRequest.target", equalTo("main"))
                .body("labels", is(List.of("linux", "nobody.has")))
                .body("queue.held", equalTo("labels"))
                .body("queue.labels", is(List.of("linux", "nobody.has")));
    }

    @Test
    void aGroupThatIsTooLongIsRefusedFilledOrNot() {
        String longer = ", \"concurrency\": {\"group\": \"" + "g".repeat(10_000) + "\"}";
        problem(submit(repository(), longer), 400, "invalid-request");
        String filled =
                ", \"variables\": {\"A\": \""
                        + "g".repeat(10_000)
                        + "\"}, \"concurrency\": {\"group\": \"${variables.A}\"}";
        submit(repository(), filled)
                .statusCode(400)
                .body("errors[0].pointer", equalTo("/concurrency/group"));
    }

    @Test
    void theUsualGroupIsTheBranchOfTheRepository() {
        String repository = repository();
        String first = submitted(repository, ", \"ref\": \"main\", \"concurrency\": {}");
        String second =
                submitted(
                        repository,
                        ", \"ref\": \"main\", \"concurrency\": {\"policy\": \"queue\"}");
        String other = submitted(repository, ", \"ref\": \"other\", \"concurrency\": {}");
        get("/runs/" + first).body("queue.held", nullValue());
        get("/runs/" + second).body("queue.held", equalTo("group"));
        get("/runs/" + other).body("queue.held", nullValue());
        ValidatableResponse refused =
                submit(
                        repository,
                        ", \"ref\": \"main\", \"concurrency\": {\"policy\": \"reject\"}");
        problem(refused, 409, "concurrency-rejected");
        refused.body("run", equalTo(first)).body("detail", containsString(first));
    }

    @Test
    void theSameKeyWithOtherWishesIsAnotherRequest() {
        String key = UUID.randomUUID().toString();
        String body = "{\"url\": \"https://git.example/" + repository() + "\"";
        withKey(key, body + ", \"priority\": 1}").statusCode(202);
        withKey(key, body + ", \"priority\": 1}").statusCode(202);
        problem(withKey(key, body + ", \"priority\": 2}"), 409, "idempotency-key-taken");
        problem(withKey(key, body + "}"), 409, "idempotency-key-taken");
    }

    @Test
    void aPausedIntakeRefusesBothInterfacesButKnowsItsKeys() {
        String key = UUID.randomUUID().toString();
        String body = "{\"url\": \"https://git.example/" + repository() + "\"}";
        String known = withKey(key, body).statusCode(202).extract().path("id");
        post("/api/v1/intake/pause", "{\"reason\": \"upgrade\", \"by\": \"ops\"}")
                .statusCode(200)
                .body("reason", equalTo("upgrade"))
                .body("by", equalTo("ops"))
                .body("since", matchesPattern(".*Z"));
        ValidatableResponse refused = post("/runs", body);
        problem(refused, 503, "intake-paused");
        refused.header("Retry-After", notNullValue());
        problem(post("/api/request", body), 503, "intake-paused");
        withKey(key, body).statusCode(202).body("id", equalTo(known));
        get("/queue")
                .body("paused.intake.reason", equalTo("upgrade"))
                .body("paused.intake.by", equalTo("ops"))
                .body("paused.queue", nullValue());
        post("/api/v1/intake/resume").statusCode(200);
        post("/api/v1/intake/resume", "{}").statusCode(200);
        post("/runs", body).statusCode(202);
    }

    @Test
    void aPausedQueueAcceptsAndTakesNothing() {
        post("/queue/pause").statusCode(200).body("by", notNullValue()).body("reason", nullValue());
        String id = submitted(repository(), ", \"priority\": 100");
        assertThat(claimed(id)).isFalse();
        get("/queue").body("paused.queue.since", notNullValue());
        post("/api/v1/queue/resume").statusCode(200);
        get("/queue").body("paused.queue", nullValue());
        assertThat(claimed(id)).isTrue();
    }

    // of the highest priority, it is the first new run that is taken
    private boolean claimed(String id) {
        return store.claimNext("other", Duration.ofMinutes(5))
                .map(claim -> claim.run().id().equals(id(id)))
                .orElse(false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "%2F"})
    void aRepositoryIsPausedByItsName(String slash) {
        String repository = "Team/" + UUID.randomUUID();
        String id = submitted(repository, "");
        String path = "/api/v1/repositories/" + repository.replace("/", slash);
        post(path + "/pause", "{\"reason\": \"broken\"}")
                .statusCode(200)
                .body("repository", equalTo(repository.toLowerCase(java.util.Locale.ROOT)))
                .body("reason", equalTo("broken"));
        get("/runs/" + id).body("queue.held", equalTo("repository-paused"));
        String during = submitted(repository, "");
        get("/runs/" + during).body("queue.held", equalTo("repository-paused"));
        get("/queue").body("paused.repositories.reason", hasItem("broken"));
        post(path + "/resume").statusCode(200);
        get("/runs/" + id).body("queue.held", nullValue());
        get("/queue").body("paused.repositories", everyItem(nullValue()));
    }

    @Test
    void aRepositoryThatNoRunIsOfIsNotKnown() {
        problem(post("/api/v1/repositories/no/such/pause"), 404, "repository-not-known");
        problem(post("/api/v1/repositories/no/such/resume"), 404, "repository-not-known");
        problem(post("/api/v1/repositories/such/resume"), 404, "repository-not-known");
        problem(
                post("/api/v1/repositories/" + "x".repeat(2000) + "/pause"),
                404,
                "repository-not-known");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[] | malformed-json",
                "{\"reson\": \"x\"} | invalid-request",
                "{\"reason\": 5} | invalid-request",
            })
    void aPauseThatCannotBeReadPausesNothing(String body, String type) {
        for (String what : List.of("/queue", "/intake", "/repositories/a/b")) {
            problem(post("/api/v1" + what + "/pause", body), 400, type);
        }
        assertThat(pauses.all()).isEmpty();
        String longer = "{\"reason\": \"" + "r".repeat(501) + "\"}";
        problem(post("/queue/pause", longer), 400, "invalid-request");
    }

    @Test
    void theNumbersOfTheQueueAreMetrics() {
        submitted(repository(), LATER);
        String metrics = given().get("/q/metrics").then().statusCode(200).extract().asString();
        assertThat(metrics)
                .contains(
                        "runnel_queue_depth ",
                        "runnel_queue_running ",
                        "runnel_queue_oldest_age_seconds ",
                        "runnel_queue_held{why=\"not-before\"",
                        "runnel_runs_driven_max 3.0",
                        "runnel_steps_running_max 4.0",
                        "runnel_runs_recovered_total ",
                        "runnel_runs_lost_total ",
                        "runnel_leases_taken_over_total ",
                        "runnel_leases_lost_total ",
                        "runnel_janitor_removals_total ");
        assertThat(queue.depth().waiting()).isPositive();
    }

    private static ValidatableResponse withKey(String key, String body) {
        return given().contentType(ContentType.JSON)
                .header("Idempotency-Key", key)
                .body(body)
                .post("/runs")
                .then();
    }

    private static RunId id(String text) {
        return RunId.parse(text).orElseThrow();
    }
}
