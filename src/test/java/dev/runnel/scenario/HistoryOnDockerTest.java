package dev.runnel.scenario;

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
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What steps find of what led to their revision.
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@TestProfile(ScenariosTest.OnDocker.class)
class HistoryOnDockerTest {
    private static final String PIPELINE =
            """
            image: alpine
            CLONE
            pipelines:
              default:
                - step:
                    name: Edge
                    script:
                      - |
                        if [ ! -f .git/shallow ]; then echo all
                        elif [ "$(cat .git/shallow)" = "$RUNNEL_REVISION" ]; then echo one
                        else echo some; fi
            """;

    @TestHTTPResource("/")
    URI address;

    @ParameterizedTest
    @CsvSource({"'',one", "'clone: { depth: 3 }',some", "'clone: { depth: full }',all"})
    void isAsDeepAsTheFileSays(String clone, String edge) throws Exception {
        assertThat(lines(PIPELINE.replace("CLONE", clone))).containsExactly(edge);
    }

    private List<String> lines(String pipeline) throws Exception {
        try (GitFixture repository = GitFixture.served(TestEnvironment.load(), "history")) {
            for (int number = 1; number <= 5; number++) {
                repository.commit("main", Map.of("fxq-pipeline.yml", pipeline, "n", "" + number));
            }
            ApiClient api = new ApiClient(address);
            List<JsonNode> events = api.allEvents(api.submit(repository.fileUrl()));
            return events.stream()
                    .filter(event -> event.get("type").asText().equals("output"))
                    .map(event -> event.get("line").asText())
                    .toList();
        }
    }
}
