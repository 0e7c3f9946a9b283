package dev.runnel.aerunner;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runnel.pipeline.Image;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Step;
import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent;
import dev.runnel.run.RunId;
import dev.runnel.run.RunRequest;
import dev.runnel.run.RunState;
import dev.runnel.run.StepState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RunObjectTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final RunId ID =
            RunId.parse("11922057-0b72-7bc3-baca-6c40e0bedbec").orElseThrow();

    private final OutputsSoFar outputs = new OutputsSoFar(OutputsSoFar.USUAL_LIMIT);
    private Run run =
            Run.requested(ID, RunRequest.of("https://host/fxquants/aep-hello-world.git"), NOW);

    @Test
    void aFinishedRunHasTheDocumentedShape() throws JsonProcessingException {
        happened(RunEvent.RunStateChanged.to(RunState.IN_PROGRESS));
        happened(read(new Step(1, "Hello", new Image("alpine"), List.of("echo Hello"), false)));
        happened(step(1, "Hello", StepState.IN_PROGRESS));
        happened(new RunEvent.CommandStarted(1, 1, "echo Hello"));
        happened(new RunEvent.OutputWritten(1, 1, OutputChannel.STDOUT, OutputLine.of("Hello")));
        happened(new RunEvent.CommandFinished(1, 1, 0));
        happened(step(1, "Hello", StepState.SUCCESSFUL));
        happened(RunEvent.RunStateChanged.to(RunState.SUCCESSFUL));

        String step = StepObject.idOf(ID, 1);
        String command = CommandObject.of(ID, 1, run.step(1).commands().get(0), outputs).cmdId();
        assertThat(json())
                .isEqualTo(
                        JSON.readTree(
                                """
                                {"run_id": "%s", "name": "fxquants-aep-hello-world",
                                 "status": "SUCCESSFUL", "commit_changes": false,
                                 "steps": [
                                   {"step_id": "%s", "run_id": "%s", "step_no": 1, "name": "Hello",
                                    "image": "alpine", "status": "SUCCESSFUL",
                                    "commit_changes": false,
                                    "script": [
                                      {"cmd_id": "%s", "step_id": "%s", "cmd_no": 1,
                                       "instruction": "echo Hello", "output": ["Hello\\r\\n"]}]}]}
                                """
                                        .formatted(ID, step, ID, command, step)));
    }

    @Test
    void aRunThatWaitsHasNoSteps() {
        assertThat(json().get("status").asText()).isEqualTo("PENDING");
        assertThat(json().get("steps")).isEmpty();
    }

    @Test
    void aRunCommitsWhenOneOfItsStepsDoes() {
        happened(RunEvent.RunStateChanged.to(RunState.IN_PROGRESS));
        happened(
                read(
                        new Step(1, "a", new Image("alpine"), List.of("true"), false),
                        new Step(2, "b", new Image("alpine"), List.of("true"), true)));
        assertThat(json().get("commit_changes").asBoolean()).isTrue();
        assertThat(json().at("/steps/0/commit_changes").asBoolean()).isFalse();
        assertThat(json().at("/steps/1/commit_changes").asBoolean()).isTrue();
    }

    @Test
    void aSkippedStepCountsAsAborted() {
        happened(RunEvent.RunStateChanged.to(RunState.IN_PROGRESS));
        happened(read(new Step(1, "a", new Image("alpine"), List.of("true"), false)));
        happened(step(1, "a", StepState.SKIPPED));
        assertThat(json().at("/steps/0/status").asText()).isEqualTo("ABORTED");
    }

    private JsonNode json() {
        return JSON.valueToTree(RunObject.of(run, outputs).toJson());
    }

    private void happened(RunEvent event) {
        run = run.after(new RecordedEvent(run.events() + 1, NOW, event));
        outputs.add(event);
    }

    private static RunEvent read(Step... steps) {
        return new RunEvent.PipelineRead(
                "0".repeat(40), new Pipeline("default", "/opt/fxquants/pipeline", List.of(steps)));
    }

    private static RunEvent step(int number, String name, StepState state) {
        return new RunEvent.StepStateChanged(
                number, name, 1, state, Optional.empty(), Optional.empty(), Optional.empty());
    }
}
