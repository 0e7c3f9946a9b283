package dev.runnel.api.aerunner;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.api.ApiProfile;
import dev.runnel.api.RunWriter;
import dev.runnel.eventlog.EventLog;
import dev.runnel.run.RunId;
import dev.runnel.run.RunState;
import dev.runnel.store.RunStore;
import dev.runnel.store.RunStore.RunFilter;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(ApiProfile.class)
class AeRunnerResourceTest {
    @Inject RunStore store;
    @Inject EventLog log;

    @Test
    void theAnswerListsTheStepsOnceTheFileIsRead() throws Exception {
        String repository = "fxquants/" + UUID.randomUUID();
        CompletableFuture<Response> answer =
                CompletableFuture.supplyAsync(
                        () -> post("{\"url\": \"https://h/" + repository + ".git\", \"x\": 1}"));
        RunWriter run = RunWriter.take(store, log, submitted(repository));
        run.begin(RunWriter.step(1, "Hello World With Bash", "echo Hello World"));
        JsonPath json = answer.get().then().statusCode(200).extract().jsonPath();
        assertThat(json.<String, Object>getMap(""))
                .containsOnlyKeys("run_id", "name", "status", "commit_changes", "steps")
                .containsEntry("run_id", run.id().toString())
                .containsEntry("name", repository.replace('/', '-'))
                .containsEntry("status", "IN_PROGRESS")
                .containsEntry("commit_changes", false);
        Map<String, Object> step = json.getMap("steps[0]");
        assertThat(step)
                .containsEntry("status", "PENDING")
                .containsEntry("name", "Hello World With Bash")
                .containsEntry("image", "alpine")
                .containsEntry("step_no", 1)
                .containsKeys("step_id", "run_id", "commit_changes", "script");
        assertThat(json.<String, Object>getMap("steps[0].script[0]"))
                .containsEntry("instruction", "echo Hello World")
                .containsEntry("cmd_no", 1)
                .containsEntry("step_id", step.get("step_id"))
                .containsEntry("output", List.of());

        run.print(1, "Hello World").finishStep(1).end(RunState.SUCCESSFUL, Optional.empty());
        JsonPath later =
                given().get("/api/request/" + run.id()).then().statusCode(200).extract().jsonPath();
        assertThat(later.getString("status")).isEqualTo("SUCCESSFUL");
        assertThat(later.getString("steps[0].step_id")).isEqualTo(step.get("step_id"));
        assertThat(later.getString("steps[0].status")).isEqualTo("SUCCESSFUL");
        assertThat(later.<String>getList("steps[0].script[0].output"))
                .containsExactly("Hello World\r\n");
    }

    @Test
    void aRunThatFailsBeforeItsFileIsReadIsAnswered() throws Exception {
        String repository = "fails/" + UUID.randomUUID();
        CompletableFuture<Response> answer =
                CompletableFuture.supplyAsync(
                        () -> post("{\"url\": \"https://h/" + repository + "\"}"));
        RunWriter run = RunWriter.take(store, log, submitted(repository));
        run.end(RunState.FAILED, Optional.of(dev.runnel.run.Reason.REPOSITORY_NOT_FOUND));
        JsonPath json = answer.get().then().statusCode(200).extract().jsonPath();
        assertThat(json.getString("status")).isEqualTo("FAILED");
        assertThat(json.getList("steps")).isEmpty();
    }

    @Test
    void aBadRequestIsAProblem() {
        for (String body : List.of("{}", "{\"url\": \"ext::sh\"}", "{\"url\": 1}", "x")) {
            Response answer = post(body);
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.contentType()).isEqualTo("application/problem+json");
        }
        given().get("/api/request/banana").then().statusCode(404);
    }

    private static Response post(String body) {
        return given().contentType(ContentType.JSON).body(body).post("/api/request");
    }

    /// The run of a repository, once the interface has stored and announced it.
    private RunId submitted(String repository) throws InterruptedException {
        RunFilter filter =
                new RunFilter(
                        java.util.Set.of(),
                        Optional.of(repository),
                        Optional.empty(),
                        Optional.empty());
        for (int attempt = 0; attempt < 500; attempt++) {
            List<dev.runnel.run.Run> runs = store.list(filter, Optional.empty(), 1);
            if (!runs.isEmpty() && runs.getFirst().events() == 1) {
                return runs.getFirst().id();
            }
            Thread.sleep(20);
        }
        throw new AssertionError("no run was stored");
    }
}
