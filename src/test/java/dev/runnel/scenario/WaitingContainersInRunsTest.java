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
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Whole runs whose steps get containers that waited for them.
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@TestProfile(WaitingContainersInRunsTest.Warm.class)
class WaitingContainersInRunsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String IDLE = "runnel_waiting_places";
    private static final String USED = "runnel_waiting_places_used_total";

    /// Every step leaves something where a later user of its container would find it.
    private static final String PIPELINE =
            """
            image: alpine
            pipelines:
              default:
                - step: { name: One, script: ["ls -A /tmp/left 2>/dev/null || echo clean", "mkdir -p /tmp && echo 1 > /tmp/left", "echo 1 > file"] }
                - step: { name: Two, script: ["ls -A /tmp/left 2>/dev/null || echo clean", "mkdir -p /tmp && echo 2 > /tmp/left", "cat file"] }
                - step: { name: Three, script: ["ls -A /tmp/left 2>/dev/null || echo clean", "cat file; exit 3"] }
            """;

    private static final List<String> LINES = List.of("clean", "clean", "1", "clean", "1");

    @TestHTTPResource("/")
    URI address;

    /// The engine of the test environment, with a container that waits for the next run.
    public static final class Warm implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "runnel.executor", "docker",
                    "runnel.docker.warm.per-place", "1",
                    "runnel.git.allowed-schemes", "https,ssh,file");
        }
    }

    @Test
    void stepsRunInContainersThatWaitedAndSeeNothingOfOthers() throws Exception {
        try (GitFixture repository = GitFixture.served(TestEnvironment.load(), "waiting")) {
            repository.commit("main", Map.of("fxq-pipeline.yml", PIPELINE));
            ApiClient api = new ApiClient(address);
            // what the first one asks for waits for the next ones
            assertThat(linesOf(api, repository)).isEqualTo(LINES);
            awaitIdle(api);
            double before = api.metric(USED);
            assertThat(linesOf(api, repository)).isEqualTo(LINES);
            assertThat(api.metric(USED) - before).isEqualTo(3);
            awaitIdle(api);
            assertThat(linesOf(api, repository)).isEqualTo(LINES);
        }
    }

    private static List<String> linesOf(ApiClient api, GitFixture repository) throws Exception {
        List<JsonNode> events = api.allEvents(api.submit(repository.fileUrl()));
        assertThat(events.getLast().get("state").asText()).isEqualTo("FAILED");
        return events.stream()
                .filter(event -> event.get("type").asText().equals("output"))
                .map(event -> event.get("line").asText())
                .toList();
    }

    private static void awaitIdle(ApiClient api) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (api.metric(IDLE) < 1) {
            assertThat(System.nanoTime()).as("time to make a container").isLessThan(deadline);
            Thread.sleep(50);
        }
    }
}
