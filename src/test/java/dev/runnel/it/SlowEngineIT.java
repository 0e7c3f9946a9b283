package dev.runnel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.GitFixture;
import dev.runnel.it.DockerProxy.FirstRequest;
import dev.runnel.it.DockerProxy.Hold;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The Docker engine takes long to answer, or does not answer one request at all.
class SlowEngineIT {
    @TempDir Path folder;

    @Test
    void anEngineThatHangsInOneRequestHoldsUpThatRunAloneAndCancelStillWorks() throws Exception {
        AtomicReference<Hold> hold = new AtomicReference<>((_, _) -> {});
        try (TestDatabase database = TestDatabase.start(folder);
                GitFixture repository = ServerTrouble.repository("slow-engine");
                DockerProxy proxy =
                        DockerProxy.open(
                                folder, (method, path) -> hold.get().before(method, path));
                ServerProcess server =
                        ServerProcess.start(
                                folder,
                                database,
                                Map.of(
                                        "runnel.executor", "docker",
                                        "runnel.docker.host", proxy.host(),
                                        // the request that hangs is to be one of the run itself
                                        "runnel.docker.warm.total", "0",
                                        "runnel.docker.warm.ahead", "0",
                                        "runnel.step.stop-grace", "2s"))) {
            ApiClient api = new ApiClient(server.address());
            String url = ServerTrouble.counting(repository, 20, "0.02");
            for (String request :
                    new String[] {"POST .*/containers/create", "POST .*/attach", "POST .*/start"}) {
                FirstRequest hanging = new FirstRequest(request);
                hold.set(hanging);
                String stuck = api.submit(url);
                hanging.awaitSeen();
                // others go on meanwhile
                ServerTrouble.assertNothingLost(api.allEvents(api.submit(url)), 20);
                long asked = System.nanoTime();
                assertThat(api.cancel(stuck)).isLessThan(300);
                assertThat(api.allEvents(stuck).getLast().get("state").asText())
                        .as("cancelled while it hangs in %s", request)
                        .isEqualTo("ABORTED");
                assertThat(Duration.ofNanos(System.nanoTime() - asked))
                        .isLessThan(Duration.ofSeconds(20));
                hanging.letGo();
                ServerTrouble.awaitNoContainer(stuck);
            }

            hold.set((_, _) -> Thread.sleep(2000));
            String slow = api.submit(url);
            String other = api.submit(url);
            ServerTrouble.assertNothingLost(api.allEvents(slow), 20);
            ServerTrouble.assertNothingLost(api.allEvents(other), 20);
            ServerTrouble.awaitNoContainer(slow);
            ServerTrouble.awaitNoContainer(other);
            assertThat(threads(server)).as("threads of the operating system").isLessThan(150);
        }
    }

    private static int threads(ServerProcess server) throws Exception {
        return Files.readAllLines(Path.of("/proc/" + server.pid() + "/status")).stream()
                .filter(line -> line.startsWith("Threads:"))
                .map(line -> Integer.parseInt(line.substring("Threads:".length()).strip()))
                .findFirst()
                .orElseThrow();
    }
}
