package dev.runnel.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runnel.GitFixture;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What one server pushed or kept, another one builds on.
class RerunIT {
    private static final Map<String, String> QUICK =
            Map.of("runnel.lease", "2s", "runnel.executor", "docker");

    @TempDir Path folder;

    @Test
    void aServerThatTakesARunUpPushesOnTopOfWhatTheKilledOnePushed() throws Exception {
        try (TestDatabase database = TestDatabase.start(folder);
                GitFixture repository = ServerTrouble.repository("pushed");
                ServerProcess first = ServerProcess.start(folder, database, QUICK)) {
            repository.commit(
                    "main",
                    Map.of(
                            "fxq-pipeline.yml",
                            """
                            image: alpine
                            pipelines:
                              default:
                                - step:
                                    name: First
                                    commit: true
                                    script:
                                      - echo one > one.txt
                                - step:
                                    name: Between
                                    script:
                                      - echo between
                                      - sleep 4
                                - step:
                                    name: Second
                                    commit: true
                                    script:
                                      - echo two > two.txt
                            """));
            String id = new ApiClient(first.address()).submit(repository.fileUrl());
            new ApiClient(first.address())
                    .eventsUntil(id, 0, event -> ServerTrouble.isLine(event, "between"));
            first.kill();
            try (ServerProcess second = ServerProcess.start(folder, database, QUICK)) {
                ApiClient api = new ApiClient(second.address());
                List<JsonNode> events = api.allEvents(id);
                assertThat(api.run(id).get("state").asText())
                        .as("%s", events)
                        .isEqualTo("SUCCESSFUL");
                List<String> pushed =
                        events.stream()
                                .filter(event -> event.get("type").asText().equals("pushed"))
                                .map(event -> event.get("revision").asText())
                                .toList();
                assertThat(pushed).hasSize(2);
                assertThat(repository.resolve("main").name()).isEqualTo(pushed.get(1));
                assertThat(repository.resolve("main^").name()).isEqualTo(pushed.get(0));
                assertThat(repository.read("main", "one.txt")).isEqualTo("one\n");
                assertThat(repository.read("main", "two.txt")).isEqualTo("two\n");
            }
        }
    }
}
