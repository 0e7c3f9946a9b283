package dev.runnel.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runnel.GitFixture;
import dev.runnel.PostgresResource;
import dev.runnel.TestEnvironment;
import dev.runnel.it.ApiClient;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Runs every pair below `scenarios/` through the whole service on a real Docker engine.
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@TestProfile(ScenariosTest.OnDocker.class)
class ScenariosTest {
    private static final Path SCENARIOS = Path.of("src/test/resources/scenarios");
    // for whoever writes one: -Dscenarios=54
    private static final String ONLY = System.getProperty("scenarios", "");
    private static final ObjectMapper JSON = new ObjectMapper();

    @TestHTTPResource("/")
    URI address;

    /// The engine that the test environment started, and repositories from its folder.
    public static final class OnDocker implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "runnel.executor", "docker",
                    "runnel.git.allowed-schemes", "https,ssh,file");
        }
    }

    @TestFactory
    Stream<DynamicTest> runsAsExpected() throws IOException {
        try (Stream<Path> folders = Files.list(SCENARIOS)) {
            List<Path> sorted =
                    folders.filter(Files::isDirectory)
                            .filter(folder -> folder.getFileName().toString().startsWith(ONLY))
                            .sorted()
                            .toList();
            assertThat(sorted).isNotEmpty();
            return sorted.stream()
                    .map(folder ->
                            DynamicTest.dynamicTest(
                                    folder.getFileName().toString(), () -> check(folder)));
        }
    }

    private void check(Path folder) throws IOException, InterruptedException {
        JsonNode expected = JSON.readTree(folder.resolve("expected.json").toFile());
        String name = folder.getFileName().toString();
        try (GitFixture repository = GitFixture.served(TestEnvironment.load(), name)) {
            repository.commit("main", files(folder));
            ApiClient api = new ApiClient(address);
            String id = api.submit(repository.fileUrl());
            List<JsonNode> events = api.allEvents(id);
            JsonNode run = api.run(id);
            assertThat(outcome(run, events, expected))
                    .as("outcome of %s, after %s", name, events)
                    .isEqualTo(JSON.writeValueAsString(expected));
        }
    }

    private static Map<String, String> files(Path folder) throws IOException {
        Map<String, String> files = new HashMap<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                String name = folder.relativize(path).toString();
                if (!name.equals("expected.json")) {
                    files.put(name, Files.readString(path));
                }
            }
        }
        return files;
    }

    /// What happened, in the shape of what was expected and with its keys only.
    private static String outcome(JsonNode run, List<JsonNode> events, JsonNode expected)
            throws IOException {
        return JSON.writeValueAsString(like(expected, observed(run, events)));
    }

    private static JsonNode observed(JsonNode run, List<JsonNode> events) {
        Map<String, Object> observed = new HashMap<>();
        observed.put("state", run.get("state"));
        observed.put("reason", run.get("reason"));
        List<Object> steps = new ArrayList<>();
        for (JsonNode step : run.get("steps")) {
            steps.add(step(step, events));
        }
        observed.put("steps", steps);
        observed.put(
                "problems",
                events.stream().filter(event -> type(event).equals("problem")).toList());
        return JSON.valueToTree(observed);
    }

    private static Map<String, Object> step(JsonNode step, List<JsonNode> events) {
        Map<String, Object> observed = new HashMap<>();
        for (String key :
                List.of(
                        "name",
                        "image",
                        "state",
                        "reason",
                        "exitCode",
                        "attempt",
                        "outputs",
                        "parent",
                        "item")) {
            observed.put(key, step.get(key));
        }
        List<Object> commands = new ArrayList<>();
        for (JsonNode command : step.get("commands")) {
            Map<String, Object> one = new HashMap<>();
            one.put("state", command.get("state"));
            one.put("exitCode", command.get("exitCode"));
            for (String channel : List.of("stdout", "stderr")) {
                one.put(
                        channel,
                        events.stream()
                                .filter(event -> type(event).equals("output"))
                                .filter(event -> event.get("step").equals(step.get("step")))
                                .filter(event ->
                                        event.get("command").equals(command.get("command")))
                                .filter(event -> event.get("stream").asText().equals(channel))
                                .map(event -> event.get("line").asText())
                                .toList());
            }
            commands.add(one);
        }
        observed.put("commands", commands);
        return observed;
    }

    private static String type(JsonNode event) {
        return event.get("type").asText();
    }

    /// The part of what was observed that the expectation speaks of, with keys in its order; lists
    /// keep their whole length.
    private static JsonNode like(JsonNode expected, JsonNode observed) {
        if (expected.isObject() && observed.isObject()) {
            com.fasterxml.jackson.databind.node.ObjectNode part = JSON.createObjectNode();
            expected.fieldNames()
                    .forEachRemaining(key -> {
                        JsonNode value = observed.path(key);
                        part.set(
                                key,
                                value.isMissingNode()
                                        ? JSON.nullNode()
                                        : like(expected.get(key), value));
                    });
            return part;
        }
        if (expected.isArray() && observed.isArray()) {
            com.fasterxml.jackson.databind.node.ArrayNode part = JSON.createArrayNode();
            for (int index = 0; index < observed.size(); index++) {
                part.add(
                        expected.has(index)
                                ? like(expected.get(index), observed.get(index))
                                : observed.get(index));
            }
            return part;
        }
        return observed;
    }
}
