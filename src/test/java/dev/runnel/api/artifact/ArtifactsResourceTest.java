package dev.runnel.api.artifact;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;

import dev.runnel.api.ApiProfile;
import dev.runnel.api.RunWriter;
import dev.runnel.artifact.ArtifactOwner.OfStep;
import dev.runnel.artifact.ArtifactStore;
import dev.runnel.eventlog.EventLog;
import dev.runnel.problem.ProblemType;
import dev.runnel.run.RunRequest;
import dev.runnel.store.RunStore;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
@TestProfile(ApiProfile.class)
class ArtifactsResourceTest {
    @Inject RunStore store;
    @Inject EventLog log;
    @Inject ArtifactStore artifacts;

    @TempDir Path folder;

    private RunWriter run;

    @BeforeEach
    void writeRun() {
        run =
                RunWriter.submit(store, log, RunRequest.of("https://git.example/a/b"))
                        .begin(RunWriter.step(1, "Build", "make"))
                        .fail(1, 1);
    }

    @Test
    void aRunThatLeftNothingHasAnEmptyList() {
        given().get(list()).then().statusCode(200).body("artifacts", empty());
    }

    @Test
    void whatIsListedCanBeDownloadedWhereTheListSays() throws Exception {
        String odd = "out/a b+c%2e#?ü.txt";
        write(odd, "odd");
        write("big", "x".repeat(3_000_000));
        artifacts.store(new OfStep(run.id(), 1), folder, _ -> true);

        Response listed = given().get("/runs/" + run.id() + "/artifacts");

        listed.then().statusCode(200).body("artifacts.path", contains("big", odd));
        listed.then().body("artifacts[0].step", equalTo(1));
        listed.then().body("artifacts[0].bytes", equalTo(3_000_000));
        String url = listed.path("artifacts[1].url");
        Response content = given().urlEncodingEnabled(false).get(url);
        content.then()
                .statusCode(200)
                .contentType("application/octet-stream")
                .header("Content-Disposition", "attachment")
                .header("X-Content-Type-Options", "nosniff")
                .header("Content-Length", "3")
                .header("ETag", '"' + listed.<String>path("artifacts[1].sha256") + '"');
        assertThat(content.asString()).isEqualTo("odd");
        assertThat(given().get(listed.<String>path("artifacts[0].url")).asByteArray())
                .hasSize(3_000_000);
    }

    @Test
    void whatIsNotThereIsAProblem() {
        refused("/1/none", ProblemType.ARTIFACT_NOT_FOUND);
        refused("/2/none", ProblemType.STEP_NOT_FOUND);
        refused("/x/none", ProblemType.STEP_NOT_FOUND);
        refused("/1/%2e%2e/%2e%2e/lock", ProblemType.NOT_FOUND);
        refused("/1/%2Fetc%2Fpasswd", ProblemType.ARTIFACT_NOT_FOUND);
        given().get("/runs/01a203fc-53c8-7061-8a4e-0b9724f86019/artifacts")
                .then()
                .statusCode(404)
                .body("type", equalTo(ProblemType.RUN_NOT_FOUND.reference()));
    }

    private void refused(String path, ProblemType type) {
        given().urlEncodingEnabled(false)
                .get(list() + path)
                .then()
                .statusCode(404)
                .contentType("application/problem+json")
                .body("type", equalTo(type.reference()));
    }

    private String list() {
        return "/api/v1/runs/" + run.id() + "/artifacts";
    }

    private void write(String path, String text) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
