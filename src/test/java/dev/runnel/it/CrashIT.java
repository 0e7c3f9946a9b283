package dev.runnel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runnel.GitFixture;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The server dies, the database dies, the server is told to end: no run is stuck, no line lost.
class CrashIT {
    private static final Map<String, String> QUICK =
            Map.of("runnel.lease", "2s", "runnel.executor", "docker");

    @TempDir Path folder;

    @Test
    void anotherServerTakesUpTheRunOfAKilledOne() throws Exception {
        try (TestDatabase database = TestDatabase.start(folder);
                GitFixture repository = ServerTrouble.repository("killed");
                ServerProcess first = ServerProcess.start(folder, database, QUICK)) {
            String id =
                    new ApiClient(first.address())
                            .submit(ServerTrouble.counting(repository, 200, "0.03"));
            new ApiClient(first.address())
                    .eventsUntil(id, 0, event -> ServerTrouble.isLine(event, "line 50"));
            first.kill();
            try (ServerProcess second = ServerProcess.start(folder, database, QUICK)) {
                ApiClient api = new ApiClient(second.address());
                List<JsonNode> events = api.allEvents(id);
                ServerTrouble.assertNothingLost(events, 200);
                assertThat(api.run(id).get("state").asText()).isEqualTo("SUCCESSFUL");
                ServerTrouble.awaitNoContainer(id);
            }
        }
    }

    @Test
    void aStepThatEndedWhileNoServerRanKeepsItsOutputAndExitCode() throws Exception {
        try (TestDatabase database = TestDatabase.start(folder);
                GitFixture repository = ServerTrouble.repository("ended")) {
            String id;
            try (ServerProcess first = ServerProcess.start(folder, database, QUICK)) {
                ApiClient api = new ApiClient(first.address());
                id = api.submit(ServerTrouble.counting(repository, 60, "0.03"));
                api.eventsUntil(id, 0, event -> ServerTrouble.isLine(event, "line 10"));
                first.kill();
            }
            // the step needs less than two seconds for what is left
            Thread.sleep(Duration.ofSeconds(3));
            try (ServerProcess second = ServerProcess.start(folder, database, QUICK)) {
                ApiClient api = new ApiClient(second.address());
                ServerTrouble.assertNothingLost(api.allEvents(id), 60);
                assertThat(api.run(id).at("/steps/0/exitCode").asInt(-1)).isZero();
            }
        }
    }

    @Test
    void aRunGoesOnWhileTheDatabaseIsAwayForTwentySeconds() throws Exception {
        try (TestDatabase database = TestDatabase.start(folder);
                GitFixture repository = ServerTrouble.repository("outage");
                ServerProcess server =
                        ServerProcess.start(
                                folder, database, Map.of("runnel.executor", "docker"))) {
            ApiClient api = new ApiClient(server.address());
            String id = api.submit(ServerTrouble.counting(repository, 500, "0.05"));
            api.eventsUntil(id, 0, event -> ServerTrouble.isLine(event, "line 20"));
            database.stop();
            Thread.sleep(Duration.ofSeconds(20));
            database.restart();
            ServerTrouble.assertNothingLost(api.allEvents(id), 500);
            assertThat(api.run(id).get("state").asText()).isEqualTo("SUCCESSFUL");
        }
    }

    @Test
    void aServerThatIsToldToEndLeavesItsRunsForAnother() throws Exception {
        Map<String, String> settings =
                Map.of("runnel.executor", "docker", "runnel.shutdown", "hand-over");
        try (TestDatabase database = TestDatabase.start(folder);
                GitFixture repository = ServerTrouble.repository("handed");
                ServerProcess first = ServerProcess.start(folder, database, settings)) {
            ApiClient api = new ApiClient(first.address());
            String id = api.submit(ServerTrouble.counting(repository, 150, "0.05"));
            api.eventsUntil(id, 0, event -> ServerTrouble.isLine(event, "line 20"));
            CompletableFuture<List<String>> follower =
                    CompletableFuture.supplyAsync(() -> api.follow(id));
            first.signal("TERM");
            assertThat(first.awaitEnd(Duration.ofSeconds(20))).as("the process ended").isTrue();
            assertThat(ServerTrouble.hasContainer(id)).as("the step goes on").isTrue();
            assertThat(follower.get(10, TimeUnit.SECONDS))
                    .as("what a follower saw on one connection, closed in order")
                    .anyMatch(line -> line.contains("\"line 20\""))
                    .noneMatch(line -> line.contains("\"type\":\"end\""));
            try (ServerProcess second = ServerProcess.start(folder, database, settings)) {
                ServerTrouble.assertNothingLost(new ApiClient(second.address()).allEvents(id), 150);
            }
        }
    }

    @Test
    void aServerThatDrainsFinishesItsRunsAndTakesNoNewOnes() throws Exception {
        Map<String, String> settings =
                Map.of(
                        "runnel.executor", "docker",
                        "runnel.shutdown", "drain",
                        "runnel.grace-period", "30s");
        try (TestDatabase database = TestDatabase.start(folder);
                GitFixture repository = ServerTrouble.repository("drained");
                ServerProcess first = ServerProcess.start(folder, database, settings)) {
            ApiClient api = new ApiClient(first.address());
            String id = api.submit(ServerTrouble.counting(repository, 60, "0.05"));
            api.eventsUntil(id, 0, event -> ServerTrouble.isLine(event, "line 10"));
            CompletableFuture<List<String>> follower =
                    CompletableFuture.supplyAsync(() -> api.follow(id));
            first.signal("TERM");

            HttpResponse<String> refused = api.awaitRefusal(repository.fileUrl());
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.body()).contains("/problems/shutting-down");
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            assertThat(api.status("/q/health/ready")).isEqualTo(503);
            assertThat(api.status("/q/health/live")).isEqualTo(200);
            assertThat(api.run(id).path("state").asText()).isEqualTo("IN_PROGRESS");

            assertThat(first.awaitEnd(Duration.ofSeconds(40))).as("the process ended").isTrue();
            assertThat(ServerTrouble.hasContainer(id)).as("the step is over").isFalse();
            assertThat(follower.get(10, TimeUnit.SECONDS))
                    .as("what a follower saw on one connection")
                    .anyMatch(line -> line.contains("\"line 60\""))
                    .last(STRING)
                    .contains("\"type\":\"end\"");
            try (ServerProcess second = ServerProcess.start(folder, database, settings)) {
                ApiClient later = new ApiClient(second.address());
                assertThat(later.run(id).get("state").asText()).isEqualTo("SUCCESSFUL");
                ServerTrouble.assertNothingLost(later.allEvents(id), 60);
            }
        }
    }

    @Test
    void waitingRunsSurviveARestart() throws Exception {
        Map<String, String> one =
                Map.of("runnel.max-runs", "1", "runnel.executor", "docker", "runnel.lease", "2s");
        try (TestDatabase database = TestDatabase.start(folder);
                GitFixture repository = ServerTrouble.repository("waiting");
                ServerProcess first = ServerProcess.start(folder, database, one)) {
            ApiClient api = new ApiClient(first.address());
            String url = ServerTrouble.counting(repository, 40, "0.05");
            List<String> ids = List.of(api.submit(url), api.submit(url), api.submit(url));
            api.eventsUntil(ids.get(0), 0, event -> ServerTrouble.isLine(event, "line 5"));
            assertThat(api.run(ids.get(1)).get("state").asText()).isEqualTo("PENDING");
            assertThat(api.run(ids.get(2)).get("state").asText()).isEqualTo("PENDING");
            first.kill();
            try (ServerProcess second = ServerProcess.start(folder, database, one)) {
                ApiClient later = new ApiClient(second.address());
                for (String id : ids) {
                    ServerTrouble.assertNothingLost(later.allEvents(id), 40);
                }
            }
        }
    }
}
