package dev.runnel.api;

import static dev.runnel.api.Refusal.refused;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.eventlog.EventLog;
import dev.runnel.problem.ProblemType;
import dev.runnel.run.RunRequest;
import dev.runnel.store.RunStore;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Bad paths, queries, methods and media types, each answered with a problem that says what to do.
@QuarkusTest
@TestProfile(ApiProfile.class)
class OtherRefusalsTest {
    @Inject RunStore store;
    @Inject EventLog log;

    @ParameterizedTest
    @ValueSource(strings = {"", "/events", "/log"})
    void anUnknownRunIsNotFound(String below) {
        for (String id : new String[] {"banana", "01890a5d-ac96-774b-bcce-b302099a8057", "1"}) {
            JsonPath problem =
                    refused(given().get("/runs/" + id + below), ProblemType.RUN_NOT_FOUND);
            assertThat(problem.getString("detail")).contains(id);
        }
    }

    @Test
    void anUnknownRunCannotBeCancelled() {
        refused(given().delete("/runs/banana"), ProblemType.RUN_NOT_FOUND);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "limit=0 | /limit | 1 to 200",
                "limit=201 | /limit | 1 to 200",
                "limit=-1 | /limit | 1 to 200",
                "limit=ten | /limit | 1 to 200",
                "limit=1&limit=2 | /limit | once",
                "state=DONE | /state | known are PENDING",
                "state=SUCCESFUL | /state | did you mean SUCCESSFUL?",
                "state= | /state | known are",
                "from=yesterday | /from | RFC 3339",
                "to=2026-13-01T00:00:00Z | /to | RFC 3339",
                "from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z | /to | exchange",
                "repositry=a/b | /repositry | did you mean repository?",
            })
    void aFaultyParameterOfTheListIsNamed(String query, String pointer, String hint) {
        JsonPath problem =
                refused(
                        given().urlEncodingEnabled(false).get("/runs?" + query),
                        ProblemType.INVALID_PARAMETER);
        assertThat(problem.getString("errors[0].pointer")).isEqualTo(pointer);
        assertThat(problem.getString("errors[0].hint")).contains(hint);
    }

    @Test
    void aCursorFitsOneListOnly() {
        for (int run = 0; run < 2; run++) {
            RunWriter.submit(store, log, RunRequest.of("https://git.example/cursor/list"));
        }
        String cursor =
                given().get("/runs?limit=1&repository=cursor/list").then().extract().path("next");
        given().get("/runs?limit=7&repository=CURSOR/list&cursor=" + cursor).then().statusCode(200);
        JsonPath problem =
                refused(given().get("/runs?limit=1&cursor=" + cursor), ProblemType.INVALID_CURSOR);
        assertThat(problem.getString("detail")).contains("another list", "other filters");
        assertThat(problem.getString("hint")).contains("begin again");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"banana", "", "%F0%9F%8D%8C", "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHw"})
    void aDamagedCursorIsRefused(String cursor) {
        JsonPath problem =
                refused(
                        given().urlEncodingEnabled(false).get("/runs?cursor=" + cursor),
                        ProblemType.INVALID_CURSOR);
        assertThat(problem.getString("detail")).contains("not one that was given out");
    }

    @Test
    void anUnknownPathIsAProblem() {
        refused(given().get("/nothing"), ProblemType.NOT_FOUND);
        refused(given().get("/api/v1/nothing"), ProblemType.NOT_FOUND);
        refused(given().get("/problems/nothing"), ProblemType.NOT_FOUND);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PUT | /runs | GET, HEAD, OPTIONS, POST",
                "DELETE | /api/v1/runs/ | GET, HEAD, OPTIONS, POST",
                "POST | /runs/x | DELETE, GET, HEAD, OPTIONS",
                "POST | /runs/x/events | GET, HEAD, OPTIONS",
                "DELETE | /runs/x/events | GET, HEAD, OPTIONS",
                "PUT | /api/v1/runs/x/events | GET, HEAD, OPTIONS",
                "PATCH | /runs/x/log | GET, HEAD, OPTIONS",
                "BREW | /api/v1/runs/x/log/ | GET, HEAD, OPTIONS",
                "GET | /api/request | OPTIONS, POST",
                "DELETE | /api/request/x | GET, HEAD, OPTIONS",
                "POST | /problems/not-found | GET, HEAD, OPTIONS",
            })
    void anotherMethodIsAProblem(String method, String path, String allow) {
        Response answer = given().request(method, path);
        JsonPath problem = refused(answer, ProblemType.METHOD_NOT_ALLOWED);
        assertThat(problem.getString("detail")).contains(method);
        assertThat(answer.header("Allow")).isEqualTo(allow);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/runs", "/runs/x", "/runs/x/events", "/api/request", "/problems"})
    void optionsNamesTheMethods(String path) {
        String allow = given().options(path).then().statusCode(204).extract().header("Allow");
        assertThat(allow).contains("OPTIONS");
    }

    @Test
    void anotherMediaTypeIsAProblem() {
        refused(given().accept("text/html").get("/runs"), ProblemType.NOT_ACCEPTABLE);
        RunWriter writer = RunWriter.submit(store, log, RunRequest.of("https://git.example/a/b"));
        refused(
                given().accept("application/json").get("/runs/" + writer.id() + "/events"),
                ProblemType.NOT_ACCEPTABLE);
    }

    @ParameterizedTest
    @EnumSource(ProblemType.class)
    void everyTypeHasAPage(ProblemType type) {
        String page = given().get(type.reference()).then().statusCode(200).extract().asString();
        assertThat(page).contains(type.code(), type.meaning(), type.remedy());
        assertThat(given().get("/problems").asString()).contains(type.reference());
    }
}
