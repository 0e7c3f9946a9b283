package dev.runnel.scenario;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
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
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Cancelling a run at every point of its life, on a real Docker engine.
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@TestProfile(CancelOnDockerTest.OneAtATime.class)
@Timeout(90)
class CancelOnDockerTest {
    private static final String ALIVE =
            """
            - (trap '' TERM; sleep 1001) & (sleep 1002) & echo running; wait
            """;

    @TestHTTPResource("/")
    URI address;

    private GitFixture repository;
    private ApiClient api;

    /// One run at a time, so that the second one waits.
    public static final class OneAtATime implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "runnel.executor", "docker",
                    "runnel.max-runs", "1",
                    "runnel.step.stop-grace", "1s",
                    "runnel.network.allow", "127.0.0.0/8",
                    "runnel.git.allowed-schemes", "file,http");
        }
    }

    @BeforeEach
    void create() {
        repository = GitFixture.served(TestEnvironment.load(), "cancel");
        api = new ApiClient(address);
    }

    @AfterEach
    void close() {
        repository.close();
    }

    @Test
    void whileItRunsItsProcessesAreGoneWithinTheGracePeriodAndAnotherOneThatWaitsIsAborted()
            throws Exception {
        String running = submit(steps(ALIVE, "- echo never\n"));
        awaitLine(running, "running");
        String waiting = submit(steps("- echo never\n"));
        assertThat(state(waiting)).isEqualTo("PENDING");

        assertThat(cancel("/runs/" + waiting + "/cancel")).isEqualTo(202);
        assertThat(end(waiting)).isEqualTo("ABORTED");
        assertThat(state(running)).isEqualTo("IN_PROGRESS");
        assertThat(api.run(waiting).has("startedAt")).isFalse();

        long began = System.nanoTime();
        assertThat(cancel("/runs/" + running + "/cancel")).isEqualTo(202);
        assertThat(end(running)).isEqualTo("ABORTED");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(15));
        JsonNode run = api.run(running);
        assertThat(run.get("reason").asText()).isEqualTo("cancelled");
        assertThat(run.at("/steps/0/state").asText()).isEqualTo("ABORTED");
        assertThat(run.at("/steps/1/state").asText()).isEqualTo("ABORTED");
        awaitNoContainer(running);

        // once more changes nothing
        assertThat(cancel("/runs/" + running + "/cancel")).isEqualTo(200);
        assertThat(api.run(running)).isEqualTo(run);
    }

    @Test
    void aFinishedRunStaysAsItIs() throws Exception {
        String id = submit(steps("- echo done\n"));
        assertThat(end(id)).isEqualTo("SUCCESSFUL");
        JsonNode run = api.run(id);
        assertThat(cancel("/runs/" + id + "/cancel")).isEqualTo(200);
        assertThat(cancel("/runs/" + id + "/steps/1/cancel")).isEqualTo(200);
        assertThat(api.run(id)).isEqualTo(run);
    }

    @Test
    void whileItIsCloned() throws Exception {
        // whoever connects waits for an answer that never comes
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            String id = api.submit("http://127.0.0.1:" + silent.getLocalPort() + "/team/job.git");
            silent.accept();
            assertThat(cancel("/runs/" + id + "/cancel")).isEqualTo(202);
            assertThat(end(id)).isEqualTo("ABORTED");
            assertThat(api.run(id).get("reason").asText()).isEqualTo("cancelled");
        }
    }

    @Test
    void whileAnImageIsPulled() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            String image = "127.0.0.1:" + silent.getLocalPort() + "/slow:latest";
            String id = submit(steps("- echo never\n").replace("alpine", image));
            silent.accept();
            assertThat(cancel("/runs/" + id + "/cancel")).isEqualTo(202);
            assertThat(end(id)).isEqualTo("ABORTED");
            assertThat(api.run(id).at("/steps/0/reason").asText()).isEqualTo("cancelled");
            awaitNoContainer(id);
        }
    }

    @Test
    void aStepThatRunsEndsTheRun() throws Exception {
        String id = submit(steps("- echo first\n", ALIVE, "- echo never\n"));
        awaitLine(id, "running");
        assertThat(cancel("/runs/" + id + "/steps/1/cancel")).isEqualTo(200);
        assertThat(cancel("/runs/" + id + "/steps/2/cancel")).isEqualTo(202);
        assertThat(end(id)).isEqualTo("ABORTED");
        JsonNode run = api.run(id);
        assertThat(run.get("reason").asText()).isEqualTo("cancelled");
        assertThat(run.get("message").asText()).contains("step 2");
        assertThat(run.at("/steps/0/state").asText()).isEqualTo("SUCCESSFUL");
        assertThat(run.at("/steps/1/state").asText()).isEqualTo("ABORTED");
        assertThat(run.at("/steps/2/state").asText()).isEqualTo("ABORTED");
        awaitNoContainer(id);
    }

    @Test
    void aStepThatWaitsLetsTheOneThatRunsFinish() throws Exception {
        String id = submit(steps("- echo running\n- sleep 2\n- echo finished\n", "- echo never\n"));
        awaitLine(id, "running");
        assertThat(cancel("/runs/" + id + "/steps/2/cancel")).isEqualTo(202);
        List<JsonNode> events = api.allEvents(id);
        assertThat(state(id)).as("%s", events).isEqualTo("ABORTED");
        assertThat(api.run(id).at("/steps/0/state").asText()).isEqualTo("SUCCESSFUL");
        assertThat(api.run(id).at("/steps/1/attempt").asInt(-1)).isZero();
        assertThat(events.toString()).contains("finished").doesNotContain("\"line\":\"never\"");
    }

    private String submit(String pipeline) throws Exception {
        repository.commit("main", Map.of("fxq-pipeline.yml", pipeline));
        return api.submit(repository.fileUrl());
    }

    private static String steps(String... scripts) {
        StringBuilder pipeline = new StringBuilder("image: alpine\npipelines:\n  default:\n");
        for (String script : scripts) {
            pipeline.append("    - step:\n        name: Step\n        script:\n")
                    .append(script.indent(10));
        }
        return pipeline.toString();
    }

    private static int cancel(String path) {
        return given().post(path).statusCode();
    }

    private void awaitLine(String id, String line) throws InterruptedException {
        api.eventsUntil(
                id,
                0,
                event ->
                        event.get("type").asText().equals("output")
                                && event.get("line").asText().equals(line));
    }

    private String end(String id) throws IOException, InterruptedException {
        api.allEvents(id);
        return state(id);
    }

    private String state(String id) throws IOException, InterruptedException {
        return api.run(id).get("state").asText();
    }

    private static void awaitNoContainer(String run) throws IOException, InterruptedException {
        String left = containers(run);
        for (int tries = 0; tries < 100 && !left.isBlank(); tries++) {
            Thread.sleep(100);
            left = containers(run);
        }
        assertThat(left).isBlank();
    }

    private static String containers(String run) throws IOException, InterruptedException {
        Process list =
                new ProcessBuilder("docker", "ps", "-aq", "--filter", "name=runnel-" + run).start();
        String ids = new String(list.getInputStream().readAllBytes(), UTF_8);
        list.waitFor();
        return ids;
    }
}
