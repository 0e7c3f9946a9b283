package dev.runnel.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runnel.GitFixture;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// No Docker engine answers when a run is submitted.
class EngineOutageIT {
    @TempDir Path folder;

    @Test
    void theRunWaitsForTheEngineAndSaysSo() throws Exception {
        try (PrivateEngine engine = PrivateEngine.in(folder);
                TestDatabase database = TestDatabase.start(folder);
                GitFixture repository = ServerTrouble.repository("engine-away");
                ServerProcess server =
                        ServerProcess.start(folder, database, settings(engine, "wait"))) {
            ApiClient api = new ApiClient(server.address());
            String id = api.submit(ServerTrouble.counting(repository, 5, "0.01"));
            api.eventsUntil(
                    id,
                    0,
                    event ->
                            event.get("type").asText().equals("progress")
                                    && event.get("activity").asText().equals("wait"));
            engine.start();
            ServerTrouble.assertNothingLost(api.allEvents(id), 5);
        }
    }

    @Test
    void theRunFailsAtOnceWithAReasonWhenThatIsWanted() throws Exception {
        try (PrivateEngine engine = PrivateEngine.in(folder);
                TestDatabase database = TestDatabase.start(folder);
                GitFixture repository = ServerTrouble.repository("engine-missing");
                ServerProcess server =
                        ServerProcess.start(folder, database, settings(engine, "fail"))) {
            ApiClient api = new ApiClient(server.address());
            String id = api.submit(ServerTrouble.counting(repository, 5, "0.01"));
            List<JsonNode> events = api.allEvents(id);
            assertThat(events.getLast().get("state").asText()).isEqualTo("FAILED");
            JsonNode run = api.run(id);
            assertThat(run.get("reason").asText()).isEqualTo("executor-unavailable");
            assertThat(run.get("message").asText()).contains(engine.host());
        }
    }

    private static Map<String, String> settings(PrivateEngine engine, String whenUnavailable) {
        return Map.of(
                "runnel.executor",
                "docker",
                "runnel.docker.host",
                engine.host(),
                "runnel.docker.network",
                "none",
                "runnel.when-executor-unavailable",
                whenUnavailable);
    }
}
