package dev.runnel.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runnel.GitFixture;
import dev.runnel.it.DockerProxy.FirstRequest;
import dev.runnel.it.DockerProxy.Hold;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server that was stopped for longer than its lease and wakes up: what was taken over meanwhile
/// is no longer its own, and it finds that out before it does any harm.
class FencingIT {
    private static final Map<String, String> SETTINGS =
            Map.of(
                    "runnel.lease",
                    "3s",
                    "runnel.executor",
                    "docker",
                    "runnel.max-runs",
                    "4",
                    // it counts containers by the labels of their attempts
                    "runnel.docker.warm.total",
                    "0",
                    "runnel.docker.warm.ahead",
                    "0");

    @TempDir static Path folder;

    private static final AtomicReference<Hold> HOLD = new AtomicReference<>((_, _) -> {});
    private static final List<AutoCloseable> PARTS = new ArrayList<>();
    private static TestDatabase database;
    private static ContainerEvents containers;
    private static ServerProcess first;
    private static ServerProcess second;

    @BeforeAll
    static void start() throws Exception {
        database = opened(TestDatabase.start(folder));
        containers = opened(ContainerEvents.listen());
        DockerProxy proxy =
                opened(DockerProxy.open(folder, (method, path) -> HOLD.get().before(method, path)));
        Map<String, String> slow = new HashMap<>(SETTINGS);
        slow.put("runnel.docker.host", proxy.host());
        first = opened(ServerProcess.start(folder, database, slow));
        second = opened(ServerProcess.start(folder, database, SETTINGS));
    }

    private static <T extends AutoCloseable> T opened(T part) {
        PARTS.addFirst(part);
        return part;
    }

    @AfterAll
    static void end() throws Exception {
        for (AutoCloseable part : PARTS) {
            part.close();
        }
    }

    @AfterEach
    void wakeUp() throws Exception {
        first.signal("CONT");
        second.signal("CONT");
    }

    @Test
    void aServerThatSleptPastItsLeaseWritesAndStartsNothingMore() throws Exception {
        try (GitFixture repository = ServerTrouble.repository("slept")) {
            String id = submitToFirst(ServerTrouble.counting(repository, 120, "0.03"));
            ApiClient api = new ApiClient(first.address());
            api.eventsUntil(id, 0, event -> ServerTrouble.isLine(event, "line 10"));
            first.signal("STOP");
            second.signal("CONT");
            List<JsonNode> events = new ApiClient(second.address()).allEvents(id);
            ServerTrouble.assertNothingLost(events, 120);
            ServerTrouble.awaitNoContainer(id);
            first.signal("CONT");
            assertFirstServes(repository);
            assertThat(api.allEvents(id)).isEqualTo(events);
            assertThat(database.list("select count(*) from run where not ended"))
                    .containsExactly(0L);
            assertThat(fences(id)).containsExactly(1L, 2L);
            assertThat(actions(id)).containsExactly("create", "start", "destroy");
        }
    }

    @Test
    void aServerThatSleptWhileTheOtherDrivesLeavesTheContainerAlone() throws Exception {
        try (GitFixture repository = ServerTrouble.repository("shared")) {
            String id = submitToFirst(ServerTrouble.counting(repository, 250, "0.04"));
            new ApiClient(first.address())
                    .eventsUntil(id, 0, event -> ServerTrouble.isLine(event, "line 5"));
            first.signal("STOP");
            second.signal("CONT");
            ApiClient other = new ApiClient(second.address());
            other.eventsUntil(id, 0, FencingIT::isTakeOver);
            // the run is in the middle of its output when the first one wakes up
            first.signal("CONT");
            List<JsonNode> events = other.allEvents(id);
            ServerTrouble.assertNothingLost(events, 250);
            assertThat(other.run(id).get("state").asText()).isEqualTo("SUCCESSFUL");
            assertThat(events.stream().filter(FencingIT::isTakeOver)).hasSize(1);
            ServerTrouble.awaitNoContainer(id);
            assertThat(actions(id)).containsExactly("create", "start", "destroy");
            assertThat(fences(id)).containsExactly(1L, 2L);
        }
    }

    @Test
    void aContainerThatIsMadeTooLateIsNotStarted() throws Exception {
        assertRunsOnceWhenHeldAt("POST .*/containers/create");
    }

    @Test
    void aContainerThatSomebodyElseTookUpIsNotStartedTwice() throws Exception {
        assertRunsOnceWhenHeldAt("POST .*/containers/[^/]+/attach");
    }

    @Test
    void aStartThatComesTooLateStartsNothing() throws Exception {
        assertRunsOnceWhenHeldAt("POST .*/containers/[^/]+/start");
    }

    /// The first server sleeps while its request is on the way to the engine, which gets it when
    /// the second server has the run.
    private static void assertRunsOnceWhenHeldAt(String request) throws Exception {
        FirstRequest gap = new FirstRequest(request);
        HOLD.set(gap);
        try (GitFixture repository = ServerTrouble.repository("gap")) {
            String id = submitToFirst(ServerTrouble.counting(repository, 60, "0.03"));
            gap.awaitSeen();
            first.signal("STOP");
            second.signal("CONT");
            ApiClient other = new ApiClient(second.address());
            other.eventsUntil(id, 0, event -> ServerTrouble.isLine(event, "line 5"));
            gap.letGo();
            first.signal("CONT");
            List<JsonNode> events = other.allEvents(id);
            ServerTrouble.assertNothingLost(events, 60);
            assertThat(other.run(id).get("state").asText()).isEqualTo("SUCCESSFUL");
            assertFirstServes(repository);
            ServerTrouble.awaitNoContainer(id);
            assertThat(actions(id).stream().filter("start"::equals)).hasSize(1);
            assertThat(containers.count(id, "destroy")).isEqualTo(containers.count(id, "create"));
        }
    }

    /// The claim is a race, so the second server sleeps from here on.
    private static String submitToFirst(String url) throws Exception {
        second.signal("STOP");
        return new ApiClient(first.address()).submit(url);
    }

    /// The first server takes and finishes another run, without the second one's help.
    private static void assertFirstServes(GitFixture repository) throws Exception {
        String id = submitToFirst(ServerTrouble.counting(repository, 5, "0.01"));
        ServerTrouble.assertNothingLost(new ApiClient(first.address()).allEvents(id), 5);
    }

    private static boolean isTakeOver(JsonNode event) {
        return event.get("type").asText().equals("progress")
                && event.get("activity").asText().equals("recovery");
    }

    /// The lease tokens under which the run's events were stored, in the order of the events.
    private static List<Long> fences(String run) throws Exception {
        return database.list(
                "select fence from (select fence, min(first_seq) as seq from event_chunk"
                        + " where run = '"
                        + run
                        + "' and fence > 0 group by fence) as written order by seq");
    }

    private static List<String> actions(String run) throws InterruptedException {
        for (int tries = 0; tries < 100 && containers.count(run, "destroy") == 0; tries++) {
            Thread.sleep(Duration.ofMillis(50));
        }
        return containers.of(run).stream()
                .map(ContainerEvents.Event::action)
                .filter(List.of("create", "start", "destroy")::contains)
                .toList();
    }
}
