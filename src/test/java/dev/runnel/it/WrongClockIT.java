package dev.runnel.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runnel.GitFixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The clock of one server is hours off and jumps; the one that counts is the database's.
class WrongClockIT {
    private static final Map<String, String> SETTINGS =
            Map.of("runnel.executor", "process", "runnel.lease", "5s", "runnel.max-runs", "2");

    @TempDir Path folder;

    @Test
    void aServerWhoseClockIsWrongNeitherStealsNorLosesLeases() throws Exception {
        Path clock = Files.writeString(folder.resolve("clock"), "+3h\n");
        try (TestDatabase database = TestDatabase.start(folder);
                GitFixture repository = ServerTrouble.repository("clock");
                ServerProcess right =
                        ServerProcess.start(folder, database, named("right"), Map.of());
                ServerProcess wrong =
                        ServerProcess.start(folder, database, named("wrong"), wrongBy(clock))) {
            String url = ServerTrouble.counting(repository, 100, "0.05");
            List<String> ids = new ArrayList<>();
            for (int run = 0; run < 4; run++) {
                ids.add(new ApiClient(right.address()).submit(url));
            }
            awaitRunOf(database, "right");
            awaitRunOf(database, "wrong");
            Files.writeString(clock, "-3h\n");
            ApiClient api = new ApiClient(wrong.address());
            for (String id : ids) {
                List<JsonNode> events = api.allEvents(id);
                ServerTrouble.assertNothingLost(events, 100);
                assertThat(api.run(id).get("state").asText()).isEqualTo("SUCCESSFUL");
                assertThat(events.stream().map(event -> event.get("at").asText())).isSorted();
            }
            assertThat(database.list("select distinct fence from run")).containsExactly(1L);
        }
    }

    private static Map<String, String> named(String instance) {
        Map<String, String> settings = new HashMap<>(SETTINGS);
        settings.put("runnel.instance", instance);
        return settings;
    }

    private static void awaitRunOf(TestDatabase database, String instance) throws Exception {
        for (int tries = 0; tries < 300; tries++) {
            if (database.list(
                                    "select count(*) from run join step on step.run = run.id"
                                            + " where step.state = 'IN_PROGRESS' and instance = '"
                                            + instance
                                            + "'")
                            .getFirst()
                    > 0) {
                return;
            }
            Thread.sleep(50);
        }
        throw new AssertionError(instance + " drives nothing");
    }

    private static Map<String, String> wrongBy(Path file) throws Exception {
        try (Stream<Path> places = Files.walk(Path.of("/usr/lib"), 3)) {
            Path library =
                    places.filter(place -> place.endsWith("faketime/libfaketimeMT.so.1"))
                            .findFirst()
                            .orElseThrow(() -> new AssertionError("install faketime"));
            return Map.of(
                    "LD_PRELOAD",
                    library.toString(),
                    "FAKETIME_TIMESTAMP_FILE",
                    file.toString(),
                    "FAKETIME_NO_CACHE",
                    "1",
                    "FAKETIME_DONT_FAKE_MONOTONIC",
                    "1");
        }
    }
}
