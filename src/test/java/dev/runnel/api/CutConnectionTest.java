package dev.runnel.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.api.SseSocket.Frame;
import dev.runnel.eventlog.EventLog;
import dev.runnel.run.RunRequest;
import dev.runnel.store.RunStore;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// A client whose connection is cut at random bytes, again and again, resumes with the last frame
/// that came whole and has every event exactly once in the end.
@QuarkusTest
@TestProfile(ApiProfile.class)
class CutConnectionTest {
    private static final int CUTS = 250;
    private static final int LINES = 3000;

    @Inject RunStore store;
    @Inject EventLog log;

    @Test
    void aFinishedRunArrivesWhole() throws IOException {
        RunWriter run = begun();
        Random random = new Random(1);
        for (int line = 0; line < LINES; line += 50) {
            run.print(1, lines(random, 50));
        }
        run.fail(1, 1);
        assertThat(readThroughCuts(run, new Random(2)))
                .containsExactlyElementsOf(numbers(run.run().events()));
    }

    @Test
    void aRunThatIsBeingWrittenArrivesWhole() throws IOException, InterruptedException {
        RunWriter run = begun();
        Thread writer =
                Thread.ofVirtual()
                        .start(() -> {
                            Random random = new Random(3);
                            for (int line = 0; line < LINES; line += 5) {
                                run.print(1, lines(random, 5));
                                LockSupport.parkNanos(1_000_000);
                            }
                            run.fail(1, 1);
                        });
        List<String> ids = readThroughCuts(run, new Random(4));
        writer.join();
        assertThat(ids).containsExactlyElementsOf(numbers(run.run().events()));
    }

    /// The ids in the order in which they came, over at least as many connections as there are
    /// cuts.
    private static List<String> readThroughCuts(RunWriter run, Random random) throws IOException {
        List<String> ids = new ArrayList<>();
        boolean ended = false;
        for (int connection = 0; !ended; connection++) {
            String last = ids.isEmpty() ? "0" : ids.getLast();
            try (SseSocket client =
                    new SseSocket(
                            RestAssured.port,
                            "/runs/" + run.id() + "/events",
                            "Last-Event-ID: " + last)) {
                // the last connection may read to the end
                client.readUpTo(connection < CUTS ? 1 + random.nextInt(2500) : Integer.MAX_VALUE);
                for (Frame frame : client.frames()) {
                    ids.add(frame.id());
                    ended |= frame.event().equals("end");
                }
            }
            assertThat(connection).isLessThan(2 * CUTS);
            assertThat(ended && connection < CUTS / 2).as("ended before it was cut").isFalse();
        }
        return ids;
    }

    private RunWriter begun() {
        return RunWriter.submit(store, log, RunRequest.of("https://git.example/a/b"))
                .begin(RunWriter.step(1, "Build", "make"));
    }

    private static String[] lines(Random random, int count) {
        String[] lines = new String[count];
        for (int line = 0; line < count; line++) {
            // frames must not be told by what is printed
            lines[line] = "id: 7\n\nü€😀" + "x".repeat(random.nextInt(300));
        }
        return lines;
    }

    private static List<String> numbers(long last) {
        return LongStream.rangeClosed(1, last).mapToObj(Long::toString).toList();
    }
}
