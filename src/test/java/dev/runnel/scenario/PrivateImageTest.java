package dev.runnel.scenario;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runnel.GitFixture;
import dev.runnel.PostgresResource;
import dev.runnel.TestEnvironment;
import dev.runnel.it.ApiClient;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// An image from a registry with a password that only a secret of the run opens.
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@TestProfile(ScenariosTest.OnDocker.class)
class PrivateImageTest {
    private static final TestEnvironment ENVIRONMENT = TestEnvironment.load();
    private static final TestEnvironment.Registries REGISTRIES = ENVIRONMENT.registries();
    private static final String PIPELINE =
            """
            image:
              name: %s
              username: $REGISTRY_USER
              password: ${REGISTRY_PASSWORD}
            pipelines:
              default:
                - step: { name: Greet, script: [echo hello] }
            """
                    .formatted(REGISTRIES.privateImage());

    @TestHTTPResource("/")
    URI address;

    @BeforeEach
    void nobodyHasTheImage() throws Exception {
        new ProcessBuilder(
                        "docker",
                        "-H",
                        ENVIRONMENT.docker().host(),
                        "rmi",
                        "--force",
                        REGISTRIES.privateImage())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    @Test
    void isPulledWithASecretThatNobodySees() throws Exception {
        List<String> seen = run(REGISTRIES.password(), "SUCCESSFUL");
        assertThat(seen).allSatisfy(text -> assertThat(text).doesNotContain(REGISTRIES.password()));
        assertThat(seen.getFirst()).contains("hello");
    }

    @Test
    void isRefusedWithAnotherSecretThatNobodySees() throws Exception {
        List<String> seen = run("another-password", "FAILED");
        assertThat(seen).allSatisfy(text -> assertThat(text).doesNotContain("another-password"));
        assertThat(seen.getLast()).contains("image-not-found", "names as its login");
    }

    /// Everything that is shown of a run that ends so: its log, its events, the run itself.
    private List<String> run(String password, String state)
            throws IOException, InterruptedException {
        try (GitFixture repository = GitFixture.served(ENVIRONMENT, "private-image")) {
            repository.commit("main", Map.of("fxq-pipeline.yml", PIPELINE));
            ApiClient api = new ApiClient(address);
            Map<String, Object> request =
                    Map.of(
                            "url",
                            repository.fileUrl(),
                            "variables",
                            Map.of("REGISTRY_USER", REGISTRIES.user()),
                            "secrets",
                            Map.of("REGISTRY_PASSWORD", password));
            String id =
                    given().contentType(ContentType.JSON)
                            .body(request)
                            .post("/runs")
                            .then()
                            .statusCode(202)
                            .extract()
                            .path("id");
            List<JsonNode> events = api.allEvents(id);
            JsonNode run = api.run(id);
            assertThat(run.get("state").asText()).as("%s", events).isEqualTo(state);
            return List.of(
                    given().get("/runs/" + id + "/log").asString(),
                    events.toString(),
                    run.toString());
        }
    }
}
