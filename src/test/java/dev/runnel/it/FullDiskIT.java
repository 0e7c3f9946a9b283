package dev.runnel.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runnel.GitFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// There is no room left where runs work, or where the database keeps them.
class FullDiskIT {
    private static final Map<String, String> DOCKER = Map.of("runnel.executor", "docker");

    @TempDir Path folder;

    @Test
    void aFullWorkspaceFailsTheRunWithAReasonAndTheNextRunGoesWell() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("data/workspaces"), 4);
                TestDatabase database = TestDatabase.start(folder);
                GitFixture repository = ServerTrouble.repository("full");
                GitFixture huge = ServerTrouble.repository("huge");
                ServerProcess server = ServerProcess.start(folder, database, DOCKER)) {
            ApiClient api = new ApiClient(server.address());
            huge.commit("main", Map.of("data", random(8_000_000)));

            String cloned = api.submit(ServerTrouble.counting(huge, 5, "0.01"));
            assertThat(api.allEvents(cloned).getLast().get("state").asText()).isEqualTo("FAILED");
            assertThat(api.run(cloned).get("reason").asText()).isEqualTo("clone-failed");
            assertThat(api.run(cloned).get("message").asText()).contains("No space left");

            String writing = api.submit(writing(repository));
            assertThat(api.allEvents(writing).getLast().get("state").asText()).isEqualTo("FAILED");
            assertThat(api.run(writing).get("reason").asText()).isEqualTo("exit-code");

            // the end of a run is told before its workspace is gone
            awaitEmpty(disk.place());
            String next = api.submit(ServerTrouble.counting(repository, 5, "0.01"));
            ServerTrouble.assertNothingLost(api.allEvents(next), 5);
            awaitEmpty(disk.place());
        }
    }

    @Test
    void aRunWaitsForRoomInTheDatabaseAndLosesNothing() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("tablespace"), 6);
                TestDatabase database = TestDatabase.start(folder);
                GitFixture repository = ServerTrouble.repository("database-full");
                ServerProcess server = ServerProcess.start(folder, database, DOCKER)) {
            // the log alone: without room for its write-ahead log PostgreSQL stops itself, which is
            // a restart of the database and nothing else
            database.execute(
                    "create tablespace small location '" + disk.place().toAbsolutePath() + "'");
            database.execute("alter table event_chunk set tablespace small");
            ApiClient api = new ApiClient(server.address());
            String id = api.submit(ServerTrouble.counting(repository, 400, "0.01"));
            api.eventsUntil(id, 0, event -> ServerTrouble.isLine(event, "line 10"));
            disk.fill();
            server.awaitLog("the database does not answer");
            String waiting = api.submit(ServerTrouble.counting(repository, 400, "0.01"));
            assertThat(api.run(id).get("state").asText()).isEqualTo("IN_PROGRESS");
            disk.free();
            List<JsonNode> events = api.allEvents(id);
            ServerTrouble.assertNothingLost(events, 400);
            ServerTrouble.assertNothingLost(api.allEvents(waiting), 400);
            assertThat(api.run(id).get("state").asText()).isEqualTo("SUCCESSFUL");
        }
    }

    /// But for the empty folders of containers that wait for a run.
    private static void awaitEmpty(Path workspaces) throws Exception {
        List<Path> left = left(workspaces);
        for (int tries = 0; tries < 100 && !left.isEmpty(); tries++) {
            Thread.sleep(100);
            left = left(workspaces);
        }
        assertThat(left).isEmpty();
    }

    private static List<Path> left(Path workspaces) throws IOException {
        try (Stream<Path> all = Files.list(workspaces)) {
            return all.filter(folder -> !folder.getFileName().toString().startsWith(".warm-"))
                    .toList();
        }
    }

    private static String writing(GitFixture repository) {
        repository.commit(
                "main",
                Map.of(
                        "fxq-pipeline.yml",
                        """
                        image: alpine
                        pipelines:
                          default:
                            - step:
                                name: Write
                                script:
                                  - dd if=/dev/zero of=big bs=65536 count=400
                        """));
        return repository.fileUrl();
    }

    private static String random(int size) {
        StringBuilder text = new StringBuilder(size);
        java.util.Random random = new java.util.Random(1);
        while (text.length() < size) {
            text.append((char) ('!' + random.nextInt(90)));
        }
        return text.toString();
    }
}
