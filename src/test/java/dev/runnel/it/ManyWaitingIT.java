package dev.runnel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.GitFixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Thousands of runs wait when a server starts.
class ManyWaitingIT {
    private static final int WAITING = 5000;
    private static final Map<String, String> SETTINGS =
            Map.of("runnel.executor", "process", "runnel.max-runs", "2");

    @TempDir Path folder;

    @Test
    void aServerStartsAsQuicklyAndAsSmallWithThousandsOfRunsInTheQueue() throws Exception {
        try (TestDatabase database = TestDatabase.start(folder);
                GitFixture repository = ServerTrouble.repository("many")) {
            long began = System.nanoTime();
            Duration usual;
            long memory;
            try (ServerProcess first = ServerProcess.start(folder, database, SETTINGS)) {
                usual = Duration.ofNanos(System.nanoTime() - began);
                ApiClient api = new ApiClient(first.address());
                api.allEvents(api.submit(ServerTrouble.counting(repository, 1, "0.01")));
                memory = kilobytes(first);
                first.signal("TERM");
                assertThat(first.awaitEnd(Duration.ofSeconds(40))).isTrue();
            }
            database.execute(
                    "insert into run (id, url, repository, request, created_at, state)"
                            + " select uuidv7(), url, repository, request, now(), 'PENDING'"
                            + " from run, generate_series(1, "
                            + WAITING
                            + ")");
            began = System.nanoTime();
            try (ServerProcess second = ServerProcess.start(folder, database, SETTINGS)) {
                Duration took = Duration.ofNanos(System.nanoTime() - began);
                assertThat(took).isLessThan(usual.multipliedBy(2).plusSeconds(3));
                awaitEnded(database, 20);
                assertThat(
                                database.list(
                                                "select count(*) from run where instance is not null"
                                                        + " and not ended")
                                        .getFirst())
                        .as("runs that it drives")
                        .isLessThanOrEqualTo(2);
                assertThat(kilobytes(second)).as("memory, kB").isLessThan(memory + 150_000);
                assertThat(new ApiClient(second.address()).status("/api/v1/runs")).isEqualTo(200);
            }
        }
    }

    private static void awaitEnded(TestDatabase database, int runs) throws Exception {
        for (int tries = 0; tries < 600; tries++) {
            if (database.list("select count(*) from run where ended").getFirst() >= runs) {
                return;
            }
            Thread.sleep(100);
        }
        throw new AssertionError("the queue does not move");
    }

    private static long kilobytes(ServerProcess server) throws Exception {
        return Files.readAllLines(Path.of("/proc/" + server.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .map(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
