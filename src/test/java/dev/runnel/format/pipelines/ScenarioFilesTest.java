package dev.runnel.format.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runnel.format.PipelineFile;
import dev.runnel.format.Reading;
import dev.runnel.format.Selection;
import dev.runnel.pipeline.Flow;
import dev.runnel.pipeline.Problem;
import dev.runnel.pipeline.Step;
import dev.runnel.run.Reason;
import dev.runnel.run.RunState;
import dev.runnel.run.StepState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Holds the two files of every scenario against each other, without running anything.
class ScenarioFilesTest {
    private static final Path SCENARIOS = Path.of("src/test/resources/scenarios");
    private static final Selection ON_MAIN =
            new Selection(
                    Optional.empty(),
                    Optional.of("main"),
                    Optional.empty(),
                    Optional.empty(),
                    Map.of());
    private static final ObjectMapper JSON = new ObjectMapper();

    private record Fault(String code, int line, int column) {
        static Fault of(JsonNode problem) {
            return new Fault(
                    problem.required("code").asText(),
                    problem.required("line").asInt(),
                    problem.required("column").asInt());
        }

        static Fault of(Problem problem) {
            return new Fault(problem.code(), problem.line(), problem.column());
        }
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void pipelineFileSaysWhatItShows(Path scenario) throws IOException {
        assertThat(Files.readAllLines(scenario.resolve("fxq-pipeline.yml")).getFirst())
                .startsWith("# ")
                .hasSizeGreaterThan(20);
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void expectationFitsItsPipelineFile(Path scenario) throws IOException {
        JsonNode expected = JSON.readTree(Files.readString(scenario.resolve("expected.json")));
        RunState state = RunState.valueOf(expected.required("state").asText());
        assertThat(state.isFinal()).isTrue();
        checkReason(expected, state == RunState.SUCCESSFUL);
        switch (read(scenario)) {
            case Reading.Accepted accepted -> {
                if (expected.has("problems")) {
                    assertThat(expected.required("problems"))
                            .extracting(Fault::of)
                            .containsExactlyElementsOf(
                                    accepted.warnings().stream().map(Fault::of).toList());
                }
                checkSteps(expected.required("steps"), accepted.pipeline().steps(), state);
            }
            case Reading.Refused refused -> {
                assertThat(state).isEqualTo(RunState.FAILED);
                assertThat(expected.required("reason").asText())
                        .isEqualTo(Reason.INVALID_PIPELINE.code());
                assertThat(expected.required("steps")).isEmpty();
                assertThat(expected.required("problems"))
                        .extracting(Fault::of)
                        .containsExactlyElementsOf(
                                refused.problems().stream().map(Fault::of).toList());
            }
        }
    }

    private static void checkSteps(JsonNode expected, List<Step> steps, RunState run) {
        List<String> names = steps.stream().map(Step::name).toList();
        assertThat(expected)
                .extracting(step -> step.required("name").asText())
                .startsWith(names.toArray(String[]::new));
        // the parts of those that become several follow
        if (steps.stream().noneMatch(Step::isSeveral)) {
            assertThat(expected).hasSameSizeAs(names);
        }
        // of steps in a line none runs after one that did not succeed
        boolean isPlain = steps.stream().allMatch(ScenarioFilesTest::isPlain);
        boolean isOver = false;
        for (int index = 0; index < steps.size(); index++) {
            JsonNode step = expected.get(index);
            checkKeys(
                    step,
                    Set.of(
                            "name",
                            "state",
                            "reason",
                            "exitCode",
                            "attempt",
                            "outputs",
                            "commands"));
            StepState state = StepState.valueOf(step.required("state").asText());
            if (isPlain) {
                assertThat(state == StepState.ABORTED)
                        .as("%s follows a failure", step)
                        .isEqualTo(isOver);
            }
            checkReason(step, state == StepState.SUCCESSFUL);
            if (step.has("commands") && !steps.get(index).isSeveral()) {
                JsonNode commands = step.required("commands");
                assertThat(commands).hasSameSizeAs(steps.get(index).commands());
                checkCommands(commands, steps.get(index).script().size(), state);
            }
            isOver =
                    isOver
                            || (state != StepState.SUCCESSFUL
                                    && state != StepState.SKIPPED
                                    && !steps.get(index).flow().allowFailure());
        }
        assertThat(run == RunState.SUCCESSFUL).isEqualTo(!isOver);
    }

    /// Whether a step waits for the one before and says nothing special.
    private static boolean isPlain(Step step) {
        return step.flow()
                .equals(step.number() == 1 ? Flow.START : Flow.after(List.of(step.number() - 1)));
    }

    /// @param script how many of them are of the script; the others decide nothing
    private static void checkCommands(JsonNode commands, int script, StepState step) {
        boolean isOver = step == StepState.ABORTED || step == StepState.SKIPPED;
        for (int index = 0; index < script; index++) {
            JsonNode command = commands.get(index);
            checkKeys(command, Set.of("state", "exitCode", "stdout", "stderr"));
            StepState state = StepState.valueOf(command.required("state").asText());
            assertThat(state)
                    .isIn(
                            StepState.SUCCESSFUL,
                            StepState.FAILED,
                            StepState.ABORTED,
                            StepState.SKIPPED);
            // once a command did not succeed, none starts
            assertThat(!isOver || state == StepState.ABORTED || state == StepState.SKIPPED)
                    .as("%s", commands)
                    .isTrue();
            isOver = isOver || state != StepState.SUCCESSFUL;
            if (command.has("exitCode")) {
                assertThat(command.get("exitCode").asInt() == 0)
                        .isEqualTo(state == StepState.SUCCESSFUL);
            }
        }
        assertThat(isOver)
                .as("%s in a step that is %s", commands, step)
                .isEqualTo(step != StepState.SUCCESSFUL);
    }

    private static void checkReason(JsonNode node, boolean isSuccess) {
        JsonNode reason = node.required("reason");
        if (isSuccess) {
            assertThat(reason.isNull()).isTrue();
        } else {
            assertThat(Reason.parse(reason.asText())).isPresent();
        }
    }

    private static void checkKeys(JsonNode node, Set<String> known) {
        assertThat(node.fieldNames()).toIterable().isSubsetOf(known);
    }

    private static Reading read(Path scenario) throws IOException {
        byte[] content = Files.readAllBytes(scenario.resolve("fxq-pipeline.yml"));
        return new RunnelFormat().read(new PipelineFile("fxq-pipeline.yml", content), ON_MAIN);
    }

    private static Stream<Path> scenarios() {
        try (Stream<Path> folders = Files.list(SCENARIOS)) {
            return folders.filter(Files::isDirectory).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
