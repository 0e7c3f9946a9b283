package dev.runnel.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runnel.GitFixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
                ServerProcess right = ServerProcess.start(folder, database, SETTINGS);
                ServerProcess wrong =
                        ServerProcess.start(folder, database, SETTINGS, wrongBy(clock))) {
            String url = ServerTrouble.counting(repository, 250, "0.04");
            List<String> ids = new ArrayList<>();
            for (int run = 0; run < 4; run++) {
                ids.add(
                        new ApiClient(run % 2 == 0 ? right.address() : wrong.address())
                                .submit(url));
            }
            ApiClient api = new ApiClient(right.address());
            for (String id : ids) {
                api.eventsUntil(id, 0, event -> ServerTrouble.isLine(event, "line 40"));
            }
            assertThat(database.list("select count(distinct instance) from run where not ended"))
                    .as("servers that drive runs")
                    .containsExactly(2L);
            Files.writeString(clock, "-3h\n");
            for (String id : ids) {
                List<JsonNode> events = api.allEvents(id);
                ServerTrouble.assertNothingLost(events, 250);
                assertThat(api.run(id).get("state").asText()).isEqualTo("SUCCESSFUL");
                assertThat(events.stream().map(event -> event.get("at").asText())).isSorted();
            }
            assertThat(database.list("select distinct fence from run")).containsExactly(1L);
        }
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
