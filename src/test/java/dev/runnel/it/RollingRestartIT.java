package dev.runnel.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runnel.GitFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two servers are replaced one after the other while runs come in.
class RollingRestartIT {
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final Map<String, String> SETTINGS =
            Map.of(
                    "runnel.executor", "docker",
                    "runnel.shutdown", "hand-over",
                    "runnel.max-runs", "6",
                    "runnel.lease", LEASE.toSeconds() + "s");

    @TempDir Path folder;

    @Test
    void aRollingRestartUnderLoadLosesNothingAndNobodyWaitsForALease() throws Exception {
        AtomicBoolean restarting = new AtomicBoolean(true);
        List<String> ids = new CopyOnWriteArrayList<>();
        try (TestDatabase database = TestDatabase.start(folder);
                GitFixture repository = ServerTrouble.repository("rolling");
                ServerProcess first = ServerProcess.start(folder, database, SETTINGS);
                ServerProcess second = ServerProcess.start(folder, database, SETTINGS)) {
            String url = ServerTrouble.counting(repository, 60, "0.05");
            List<ApiClient> servers =
                    new CopyOnWriteArrayList<>(
                            List.of(
                                    new ApiClient(first.address()),
                                    new ApiClient(second.address())));
            Thread load =
                    Thread.ofVirtual().start(() -> submit(servers, url, restarting::get, ids));
            awaitRunning(database);
            try (ServerProcess newFirst = replace(first, database)) {
                servers.add(new ApiClient(newFirst.address()));
                awaitRunning(database);
                try (ServerProcess newSecond = replace(second, database)) {
                    restarting.set(false);
                    load.join();
                    ApiClient api = new ApiClient(newSecond.address());
                    assertThat(ids).hasSizeGreaterThan(5);
                    for (String id : ids) {
                        List<JsonNode> events = api.allEvents(id);
                        ServerTrouble.assertNothingLost(events, 60);
                        assertThat(api.run(id).get("state").asText()).isEqualTo("SUCCESSFUL");
                        assertThat(longestSilence(events)).as("silence").isLessThan(LEASE);
                        ServerTrouble.awaitNoContainer(id);
                    }
                    assertThat(database.list("select fence from run where fence > 1"))
                            .as("runs that were handed over")
                            .isNotEmpty();
                }
            }
        }
    }

    private ServerProcess replace(ServerProcess old, TestDatabase database) throws Exception {
        old.signal("TERM");
        assertThat(old.awaitEnd(Duration.ofSeconds(25))).as("it ends").isTrue();
        return ServerProcess.start(folder, database, SETTINGS);
    }

    private static void submit(
            List<ApiClient> servers,
            String url,
            java.util.function.BooleanSupplier more,
            List<String> ids) {
        for (int number = 0; more.getAsBoolean(); number++) {
            try {
                ids.add(servers.get(number % servers.size()).submit(url));
                Thread.sleep(700);
            } catch (IOException | AssertionError e) {
                // this one is ending or gone; the next one takes it
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static void awaitRunning(TestDatabase database) throws Exception {
        for (int tries = 0; tries < 300; tries++) {
            if (database.list(
                                    "select count(*) from step where state = 'IN_PROGRESS'"
                                            + " group by state having count(*) > 1")
                            .size()
                    == 1) {
                return;
            }
            Thread.sleep(100);
        }
        throw new AssertionError("nothing runs");
    }

    private static Duration longestSilence(List<JsonNode> events) {
        Duration longest = Duration.ZERO;
        OffsetDateTime before = OffsetDateTime.parse(events.getFirst().get("at").asText());
        for (JsonNode event : events) {
            OffsetDateTime at = OffsetDateTime.parse(event.get("at").asText());
            Duration silence = Duration.between(before, at);
            longest = silence.compareTo(longest) > 0 ? silence : longest;
            before = at;
        }
        return longest;
    }
}
