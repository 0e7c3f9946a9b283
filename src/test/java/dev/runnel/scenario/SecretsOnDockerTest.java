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

/// Secrets, through the whole service on a real Docker engine.
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@TestProfile(ScenariosTest.OnDocker.class)
class SecretsOnDockerTest {
    private static final String SECRET = "Tr0ub4dor&3/ü";
    private static final String PIPELINE =
            """
            image: alpine
            pipelines:
              default:
                - step:
                    name: Print
                    script:
                      - echo "[$TOKEN]"
                      - echo 'as plain as Tr0ub4dor&3/ü can be'
                      - echo "user:$TOKEN" | base64
                      - head -c 16380 /dev/zero | tr '\\0' x; echo "$TOKEN"
                      - printf Tr0ub4
                      - echo 'dor&3/ü'
                - step:
                    name: Learn
                    script:
                      - echo learned-"$(echo 12345)" > learned
                      - echo "::runnel-mask::$(cat learned)"
                      - cat learned; cat learned >&2
                - step:
                    name: Use
                    script:
                      - cat learned
                      - test "$TOKEN" = "$EXPECTED"
            """;

    @TestHTTPResource("/")
    URI address;

    @Test
    void noSecretIsSeenAnywhere() throws Exception {
        try (GitFixture repository = GitFixture.served(TestEnvironment.load(), "secrets")) {
            repository.commit("main", Map.of("fxq-pipeline.yml", PIPELINE));
            ApiClient api = new ApiClient(address);
            Map<String, String> secrets = Map.of("TOKEN", SECRET, "EXPECTED", SECRET);
            String id =
                    given().contentType(ContentType.JSON)
                            .body(Map.of("url", repository.fileUrl(), "secrets", secrets))
                            .post("/runs")
                            .then()
                            .statusCode(202)
                            .extract()
                            .path("id");
            List<JsonNode> events = api.allEvents(id);
            JsonNode run = api.run(id);
            assertThat(run.get("state").asText()).as("%s", events).isEqualTo("SUCCESSFUL");
            assertThat(run.get("secrets").toString()).isEqualTo("[\"EXPECTED\",\"TOKEN\"]");

            List<String> lines =
                    events.stream()
                            .filter(event -> event.get("type").asText().equals("output"))
                            .map(event -> event.get("line").asText())
                            .toList();
            assertThat(lines)
                    .contains("[***]", "as plain as *** can be", "::runnel-mask::***")
                    .endsWith("***");
            String text = given().get("/runs/" + id + "/log").asString();
            String frames = given().get("/runs/" + id + "/events").asString();
            String lined =
                    given().accept("application/x-ndjson")
                            .get("/runs/" + id + "/events")
                            .asString();
            String replaced = given().get("/api/request/" + id).asString();
            assertThat(run.toString()).contains("as plain as *** can be");
            assertThat(replaced).contains("as plain as *** can be");
            for (String everything :
                    List.of(text, events.toString(), run.toString(), frames, lined, replaced)) {
                assertThat(everything).doesNotContain(SECRET, "learned-12345");
            }
            // the beginning of the first piece may be told, what follows it is not
            assertThat(text).contains("x***\n******\n");
            assertThat(text).doesNotContain("dor&3");
        }
    }
}
