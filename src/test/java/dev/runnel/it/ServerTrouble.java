package dev.runnel.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runnel.GitFixture;
import dev.runnel.TestEnvironment;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// What the tests of trouble share: repositories to run, and how to see that nothing was lost.
final class ServerTrouble {
    private ServerTrouble() {}

    /// A repository whose only step prints `line 1` to `line <count>`.
    static String counting(GitFixture repository, int count, String pause) {
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
                                  - i=1; while [ $i -le %d ]; do echo "line $i"; i=$((i+1)); sleep %s; done
                                  - echo done
                        """
                                .formatted(count, pause)));
        return repository.fileUrl();
    }

    static GitFixture repository(String name) {
        return GitFixture.served(TestEnvironment.load(), name);
    }

    /// Every line once, in order, and sequence numbers without holes.
    static void assertNothingLost(List<JsonNode> events, int count) {
        List<String> expected = IntStream.rangeClosed(1, count).mapToObj(i -> "line " + i).toList();
        assertThat(ApiClient.lines(events)).as("lines of %s", events).hasSizeGreaterThan(count);
        assertThat(ApiClient.lines(events).subList(0, count)).isEqualTo(expected);
        assertThat(ApiClient.lines(events).subList(count, ApiClient.lines(events).size()))
                .containsExactly("done");
        assertThat(events.stream().map(event -> event.get("seq").asLong()))
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, events.size()).mapToObj(Long::valueOf).toList());
    }

    /// Whether an engine holds a container of the run.
    static boolean hasContainer(String run) throws IOException, InterruptedException {
        Process list =
                new ProcessBuilder("docker", "ps", "-aq", "--filter", "name=runnel-" + run).start();
        String ids = new String(list.getInputStream().readAllBytes(), UTF_8);
        list.waitFor();
        return !ids.isBlank();
    }

    static void awaitNoContainer(String run) throws IOException, InterruptedException {
        for (int tries = 0; tries < 100 && hasContainer(run); tries++) {
            Thread.sleep(100);
        }
        assertThat(hasContainer(run)).as("a container of run %s is left", run).isFalse();
    }

    static boolean isLine(JsonNode event, String line) {
        return event.get("type").asText().equals("output")
                && event.get("line").asText().equals(line);
    }
}
