package dev.runnel.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runnel.GitFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of containers that wait, and of the runs that would use them, in times of trouble.
class WaitingContainersIT {
    private static final String IDLE = "runnel_waiting_places";
    private static final String USED = "runnel_waiting_places_used_total";
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir Path folder;

    private final String installation = "runnel-waiting-it-" + System.nanoTime();

    @Test
    void aListedImageHasAContainerBeforeTheFirstRunAndAMissingOneStopsNobody() throws Exception {
        try (TestDatabase database = TestDatabase.start(folder);
                GitFixture repository = ServerTrouble.repository("listed");
                ServerProcess server =
                        ServerProcess.start(
                                folder,
                                database,
                                settings(
                                        Map.of(
                                                "runnel.docker.warm.images",
                                                "runnel-test/there-is-none,alpine")))) {
            ApiClient api = new ApiClient(server.address());
            awaitIdle(api, 1);
            List<String> before = containers();
            ServerTrouble.assertNothingLost(
                    api.allEvents(api.submit(ServerTrouble.counting(repository, 5, "0.01"))), 5);
            assertThat(api.metric(USED)).isEqualTo(1);
            awaitIdle(api, 1);
            await(() -> containers().size() == 1, "the used one to be gone");
            assertThat(containers()).as("the one that waits").doesNotContainAnyElementsOf(before);
            end(server);
        }
    }

    @Test
    void anEngineThatGoesAwayTakesWhatWaitsWithItAndNothingElse() throws Exception {
        try (TestDatabase database = TestDatabase.start(folder);
                GitFixture repository = ServerTrouble.repository("engine-cut");
                DockerProxy proxy = DockerProxy.open(folder, (_, _) -> {});
                ServerProcess server =
                        ServerProcess.start(
                                folder,
                                database,
                                settings(Map.of("runnel.docker.host", proxy.host())))) {
            ApiClient api = new ApiClient(server.address());
            String url = ServerTrouble.counting(repository, 5, "0.01");
            ServerTrouble.assertNothingLost(api.allEvents(api.submit(url)), 5);
            awaitIdle(api, 1);

            // it is back before anybody has seen that what waits is dead
            proxy.cut();
            proxy.mend();
            ServerTrouble.assertNothingLost(api.allEvents(api.submit(url)), 5);
            awaitIdle(api, 1);

            proxy.cut();
            String submitted = api.submit(url);
            await(() -> api.metric(IDLE) == 0, "the pool to see it");
            proxy.mend();
            ServerTrouble.assertNothingLost(api.allEvents(submitted), 5);

            awaitIdle(api, 1);
            double used = api.metric(USED);
            ServerTrouble.assertNothingLost(api.allEvents(api.submit(url)), 5);
            assertThat(api.metric(USED)).as("it is used as before").isGreaterThan(used);
            awaitIdle(api, 1);
            await(() -> containers().size() == 1, "what died to be removed");
            assertThat(slots()).hasSize(1);
            end(server);
        }
    }

    @Test
    void aFullDiskFailsTheRunThatHasNoRoomAndTheNextRunsUseWhatWaits() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("data/workspaces"), 4);
                TestDatabase database = TestDatabase.start(folder);
                GitFixture repository = ServerTrouble.repository("full-warm");
                ServerProcess server = ServerProcess.start(folder, database, settings(Map.of()))) {
            ApiClient api = new ApiClient(server.address());
            String url = ServerTrouble.counting(repository, 5, "0.01");
            ServerTrouble.assertNothingLost(api.allEvents(api.submit(url)), 5);
            awaitIdle(api, 1);

            disk.fill();
            String full = api.submit(url);
            assertThat(api.allEvents(full).getLast().get("state").asText()).isEqualTo("FAILED");
            assertThat(api.run(full).get("reason").asText()).isEqualTo("clone-failed");
            assertThat(api.run(full).get("message").asText()).contains("No space left");
            disk.free();

            for (int run = 1; run <= 2; run++) {
                awaitIdle(api, 1);
                double used = api.metric(USED);
                ServerTrouble.assertNothingLost(api.allEvents(api.submit(url)), 5);
                assertThat(api.metric(USED)).isEqualTo(used + 1);
            }
            awaitIdle(api, 1);
            await(() -> containers().size() == 1 && entries().size() == 1, "the rest to be gone");
            end(server);
        }
    }

    @Test
    void whatWaitsWhenTheServerIsKilledIsGoneAfterTheNextStartAndNothingRanTwice()
            throws Exception {
        Map<String, String> quick = settings(Map.of("runnel.lease", "2s"));
        try (TestDatabase database = TestDatabase.start(folder);
                GitFixture repository = ServerTrouble.repository("killed-warm");
                ServerProcess first = ServerProcess.start(folder, database, quick)) {
            ApiClient api = new ApiClient(first.address());
            assertRanOnce(api.allEvents(api.submit(twoSteps(repository, 5))), 5);
            awaitIdle(api, 1);
            double used = api.metric(USED);
            String id = api.submit(twoSteps(repository, 300));
            api.eventsUntil(id, 0, event -> ServerTrouble.isLine(event, "line 5"));
            assertThat(api.metric(USED)).as("its first step is in one").isEqualTo(used + 1);
            // one that runs the step, one for its next step, and one for any run
            awaitIdle(api, 1);
            await(() -> running().size() == 3, "those that wait");
            List<String> before = containers();
            List<Path> slots = slots();
            assertThat(slots).hasSize(1);
            first.kill();
            try (ServerProcess second = ServerProcess.start(folder, database, quick)) {
                ApiClient later = new ApiClient(second.address());
                assertRanOnce(later.allEvents(id), 300);
                JsonNode run = later.run(id);
                assertThat(run.get("state").asText()).isEqualTo("SUCCESSFUL");
                assertThat(run.at("/steps/0/attempt").asInt()).isEqualTo(1);
                assertThat(run.at("/steps/1/attempt").asInt()).isEqualTo(1);
                await(() -> containers().stream().noneMatch(before::contains), "no old container");
                await(() -> slots.stream().noneMatch(Files::exists), "no old folder");
                // it knows no image yet, and the one that it took up was not cloned by it
                assertRanOnce(later.allEvents(later.submit(twoSteps(repository, 5))), 5);
                awaitIdle(later, 1);
                end(second);
            }
        }
    }

    /// Two steps that note in files that they ran; the first one prints lines.
    private static String twoSteps(GitFixture repository, int count) {
        repository.commit(
                "main",
                Map.of(
                        "fxq-pipeline.yml",
                        """
                        image: alpine
                        pipelines:
                          default:
                            - step:
                                name: Count
                                script:
                                  - echo run >> first
                                  - i=1; while [ $i -le %d ]; do echo "line $i"; i=$((i+1)); sleep 0.05; done
                            - step:
                                name: Look
                                script:
                                  - echo run >> second
                                  - cat first second
                        """
                                .formatted(count)));
        return repository.fileUrl();
    }

    private static void assertRanOnce(List<JsonNode> events, int count) {
        List<String> expected = new ArrayList<>();
        IntStream.rangeClosed(1, count).forEach(number -> expected.add("line " + number));
        expected.addAll(List.of("run", "run"));
        assertThat(ApiClient.lines(events)).isEqualTo(expected);
    }

    private Map<String, String> settings(Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(more);
        settings.put("runnel.executor", "docker");
        settings.put("runnel.installation", installation);
        return settings;
    }

    /// Ends a server in order, after which nothing that waited is left.
    private void end(ServerProcess server) throws Exception {
        server.signal("TERM");
        assertThat(server.awaitEnd(Duration.ofMinutes(1))).as("the server ends").isTrue();
        await(() -> containers().isEmpty(), "all containers to be gone");
        assertThat(slots()).isEmpty();
        assertThat(server.log()).as("what the server printed").doesNotContain(" ERROR ");
    }

    private List<String> containers() throws IOException, InterruptedException {
        return containers("--all");
    }

    private List<String> running() throws IOException, InterruptedException {
        return containers("--filter=status=running");
    }

    private List<String> containers(String which) throws IOException, InterruptedException {
        Process list =
                new ProcessBuilder(
                                "docker",
                                "ps",
                                "--quiet",
                                "--no-trunc",
                                which,
                                "--filter=label=dev.runnel.installation=" + installation)
                        .start();
        String ids = new String(list.getInputStream().readAllBytes(), UTF_8);
        assertThat(list.waitFor()).isZero();
        return ids.lines().toList();
    }

    private List<Path> entries() throws IOException {
        try (Stream<Path> all = Files.list(folder.resolve("data/workspaces"))) {
            return all.toList();
        }
    }

    private List<Path> slots() throws IOException {
        return entries().stream()
                .filter(entry -> entry.getFileName().toString().startsWith(".warm-"))
                .toList();
    }

    private static void awaitIdle(ApiClient api, int count) throws Exception {
        await(() -> api.metric(IDLE) == count, count + " to wait");
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition, String what) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("time for %s", what).isLessThan(deadline);
            Thread.sleep(50);
        }
    }
}
