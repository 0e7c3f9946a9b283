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
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Runs that are repeated, through the whole service on a real Docker engine.
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@TestProfile(ScenariosTest.OnDocker.class)
class RerunOnDockerTest {
    private static final String PIPELINE =
            """
            image: alpine
            pipelines:
              default:
                - step:
                    name: Prepare
                    commit: true
                    script:
                      - date +%s%N > secret && chmod 600 secret && chown 4321:1234 secret
                      - mkdir -m 755 made && ln -s /etc/passwd made/link
                      - cat secret
                - step:
                    name: Use
                    script:
                      - cat secret
                      - stat -c '%u:%g %a' secret
                      - echo "$MOOD" > mood
                      - test "$MOOD" = good
                - step:
                    name: Report
                    commit: true
                    script:
                      - readlink made/link
                      - cat mood
            """;

    @TestHTTPResource("/")
    URI address;

    @Test
    void fromTheFailedStepOnTheWorkspaceIsThatOfTheKeptSteps() throws Exception {
        try (GitFixture repository = repository()) {
            ApiClient api = new ApiClient(address);
            String original =
                    submit(Map.of("url", repository.fileUrl(), "variables", Map.of("MOOD", "bad")));
            List<JsonNode> before = api.allEvents(original);
            assertThat(api.run(original).get("state").asText())
                    .as("%s", before)
                    .isEqualTo("FAILED");
            String secret = lines(before, 1).getFirst();
            String pushed = repository.resolve("main").name();

            String again =
                    rerun(original, Map.of("from", "failed", "variables", Map.of("MOOD", "good")));
            List<JsonNode> events = api.allEvents(again);
            JsonNode run = api.run(again);

            assertThat(run.get("state").asText()).as("%s", events).isEqualTo("SUCCESSFUL");
            assertThat(run.at("/steps/0/keptFrom").asText()).isEqualTo(original);
            assertThat(lines(events, 1)).isEmpty();
            assertThat(lines(events, 2)).containsExactly(secret, "4321:1234 600");
            assertThat(lines(events, 3)).containsExactly("/etc/passwd", "good");
            // the first step's commit was not made again; the third step's is on top of it
            assertThat(repository.resolve("main^").name()).isEqualTo(pushed);
            assertThat(run.get("pushed").asText()).isEqualTo(repository.resolve("main").name());
            assertThat(run.get("revision")).isEqualTo(api.run(original).get("revision"));
            assertThat(api.run(original).get("reruns")).hasSize(1);
        }
    }

    @Test
    void fromTheStartEverythingRunsAgainOnTheSameCommit() throws Exception {
        try (GitFixture repository = repository()) {
            ApiClient api = new ApiClient(address);
            repository.commit("main", Map.of("fxq-pipeline.yml", reporting("old")));
            String original = submit(Map.of("url", repository.fileUrl()));
            api.allEvents(original);
            repository.commit("main", Map.of("fxq-pipeline.yml", reporting("new")));

            String same = rerun(original, Map.of());
            String latest = rerun(original, Map.of("revision", "latest"));

            assertThat(lines(api.allEvents(same), 1)).containsExactly("old");
            assertThat(lines(api.allEvents(latest), 1)).containsExactly("new");
        }
    }

    private static String reporting(String word) {
        return "image: alpine\npipelines:\n  default:\n    - step:\n        name: Report\n"
                + "        script:\n          - echo "
                + word
                + "\n";
    }

    private static GitFixture repository() {
        GitFixture repository = GitFixture.served(TestEnvironment.load(), "rerun");
        repository.commit("main", Map.of("fxq-pipeline.yml", PIPELINE));
        return repository;
    }

    private static String submit(Map<String, ?> request) {
        return post("/runs", request);
    }

    private static String rerun(String original, Map<String, ?> wish) {
        return post("/runs/" + original + "/rerun", wish);
    }

    private static String post(String path, Map<String, ?> body) {
        return given().contentType(ContentType.JSON)
                .body(body)
                .post(path)
                .then()
                .statusCode(202)
                .extract()
                .path("id");
    }

    private static List<String> lines(List<JsonNode> events, int step) {
        return events.stream()
                .filter(event -> event.get("type").asText().equals("output"))
                .filter(event -> event.get("step").asInt() == step)
                .map(event -> event.get("line").asText())
                .toList();
    }
}
