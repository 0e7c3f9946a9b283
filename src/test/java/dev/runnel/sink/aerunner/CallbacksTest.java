package dev.runnel.sink.aerunner;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runnel.aerunner.OutputsSoFar;
import dev.runnel.aerunner.RunObject;
import dev.runnel.pipeline.Image;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Step;
import dev.runnel.run.Callbacks.Protocol;
import dev.runnel.run.Reason;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.RunEvent;
import dev.runnel.run.RunId;
import dev.runnel.run.RunState;
import dev.runnel.run.StepState;
import dev.runnel.sink.Eventually;
import dev.runnel.sink.RecordedRuns;
import dev.runnel.sink.SinkFeeder;
import dev.runnel.sink.aerunner.Receiver.Answer;
import dev.runnel.sink.aerunner.Receiver.Got;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What receivers get, from runs that happen to bytes on a socket.
class CallbacksTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final CallbackFixture callbacks = new CallbackFixture();
    private final RecordedRuns runs = callbacks.runs;
    private final Receiver receiver = callbacks.receiver;

    @AfterEach
    void close() {
        callbacks.close();
    }

    @Test
    void theRunHasTheDocumentedShape() throws JsonProcessingException {
        RunId run = playedHello(Protocol.POST);
        JsonNode last = receiver.bodies("/run").reduce((_, second) -> second).orElseThrow();
        for (JsonNode id : last.findParents("cmd_id")) {
            assertThat(id.get("cmd_id").asText()).matches("[0-9a-f-]{36}");
        }
        JsonNode step = last.at("/steps/0");
        assertThat(last)
                .isEqualTo(
                        JSON.readTree(
                                """
                                {"run_id": "%s", "name": "fxquants-aep-hello-world",
                                 "status": "SUCCESSFUL", "commit_changes": false,
                                 "steps": [
                                   {"step_id": %s, "run_id": "%s", "step_no": 1,
                                    "name": "step 1", "image": "alpine",
                                    "status": "SUCCESSFUL", "commit_changes": false,
                                    "script": [
                                      {"cmd_id": %s, "step_id": %s, "cmd_no": 1,
                                       "instruction": "echo Hello World",
                                       "output": ["Hello World\\r\\n"]}]}]}
                                """
                                        .formatted(
                                                run,
                                                step.get("step_id"),
                                                run,
                                                step.at("/script/0/cmd_id"),
                                                step.get("step_id"))));
    }

    @Test
    void everyLevelGetsItsOwnObjectsAsPartsOfTheSameRun() {
        playedHello(Protocol.POST);
        JsonNode run = last("/run");
        assertThat(last("/step")).isEqualTo(run.at("/steps/0"));
        assertThat(last("/command")).isEqualTo(run.at("/steps/0/script/0"));
    }

    @Test
    void statesComeInTheirOrder() {
        playedHello(Protocol.POST);
        assertThat(receiver.bodies("/run").map(CallbacksTest::status))
                .containsExactly(
                        "PENDING",
                        "IN_PROGRESS",
                        "IN_PROGRESS",
                        "IN_PROGRESS",
                        "IN_PROGRESS",
                        "SUCCESSFUL");
        assertThat(receiver.bodies("/run").map(body -> body.get("steps").size()))
                .containsExactly(0, 0, 1, 1, 1, 1);
        assertThat(receiver.bodies("/step").map(CallbacksTest::status))
                .containsExactly("IN_PROGRESS", "SUCCESSFUL");
        assertThat(receiver.bodies("/command").map(body -> body.get("output").size()))
                .startsWith(0)
                .endsWith(1);
    }

    @Test
    void everyRequestSaysOfWhichRunItIsAndHowFarItGot() {
        RunId run = playedHello(Protocol.POST);
        for (Got got : receiver.got()) {
            assertThat(got.method()).isEqualTo("POST");
            assertThat(got.header("Content-Type")).isEqualTo("application/json");
            assertThat(got.header("User-Agent")).isEqualTo("runnel");
            assertThat(got.header("Runnel-Run")).isEqualTo(run.toString());
        }
        assertThat(
                        receiver.got("/run").stream()
                                .map(got -> Long.valueOf(got.header("Runnel-Sequence"))))
                .isSorted()
                .doesNotHaveDuplicates()
                .endsWith(runs.find(run).events() - 1);
    }

    @Test
    void variablesStayHere() {
        playedHello(Protocol.POST);
        assertThat(receiver.got()).noneMatch(got -> got.body().toString().contains("very secret"));
    }

    @Test
    void whatIsHiddenOfThePipelineStaysHidden() {
        callbacks.start();
        RunId run = runs.request(callbacks.callbacks(Protocol.POST));
        Step step = new Step(1, "step 1", new Image("alpine"), List.of("echo hunter22"), false);
        runs.happened(
                run,
                RunEvent.RunStateChanged.to(RunState.PENDING),
                RunEvent.RunStateChanged.to(RunState.IN_PROGRESS),
                new RunEvent.PipelineRead(
                        "0".repeat(40),
                        new Pipeline("default", "/work", List.of(step)),
                        Map.of("echo hunter22", "echo ***")),
                RecordedRuns.step(1, StepState.IN_PROGRESS),
                new RunEvent.CommandStarted(1, 1, "echo ***"),
                new RunEvent.CommandFinished(1, 1, 0),
                RecordedRuns.step(1, StepState.SUCCESSFUL));
        runs.end(run, RunState.SUCCESSFUL);
        callbacks.awaitDone(run);
        assertThat(last("/command").get("instruction").asText()).isEqualTo("echo ***");
        assertThat(receiver.got()).noneMatch(got -> got.body().toString().contains("hunter22"));
    }

    @Test
    void registeredObjectsArePatchedAtTheirLink() {
        registerUnderNumbers();
        playedHello(Protocol.REGISTER);
        assertThat(methods("/run")).containsExactly("POST");
        assertThat(methods("/step")).containsExactly("POST");
        assertThat(methods("/command")).containsExactly("POST");
        assertThat(methods("/run/7")).containsExactly("PATCH", "PATCH", "PATCH", "PATCH", "PATCH");
        assertThat(methods("/step/7")).containsExactly("PATCH");
        assertThat(methods("/command/7")).isNotEmpty().containsOnly("PATCH");
        assertThat(status(last("/run/7"))).isEqualTo("SUCCESSFUL");
    }

    @Test
    void eachStepAndCommandIsRegisteredOnItsOwn() {
        receiver.answer(got ->
                got.method().equals("POST")
                        ? Optional.of(
                                Answer.linkingTo(
                                        got.path()
                                                + "/"
                                                + got.body().path("step_no").asText("")
                                                + got.body().path("cmd_no").asText("")))
                        : Optional.empty());
        callbacks.start();
        RunId run = runs.request(callbacks.callbacks(Protocol.REGISTER));
        runs.begin(run, List.of("a", "b"), List.of("c"));
        for (int step = 1; step <= 2; step++) {
            runs.happened(run, RecordedRuns.step(step, StepState.IN_PROGRESS));
            for (int command = 1; command <= 3 - step; command++) {
                runs.happened(run, new RunEvent.CommandStarted(step, command, "x"));
                runs.happened(run, new RunEvent.CommandFinished(step, command, 0));
            }
            runs.happened(run, RecordedRuns.step(step, StepState.SUCCESSFUL));
        }
        runs.end(run, RunState.SUCCESSFUL);
        callbacks.awaitDone(run);
        assertThat(methods("/step")).containsExactly("POST", "POST");
        assertThat(methods("/step/1")).containsExactly("PATCH");
        assertThat(methods("/step/2")).containsExactly("PATCH");
        assertThat(methods("/command")).containsExactly("POST", "POST", "POST");
        assertThat(methods("/command/2")).containsExactly("PATCH");
    }

    @Test
    void aReceiverThatGivesNoLinkGetsPostsOnly() {
        playedHello(Protocol.REGISTER);
        assertThat(receiver.got()).extracting(Got::method).containsOnly("POST");
        assertThat(status(last("/run"))).isEqualTo("SUCCESSFUL");
    }

    @Test
    void afterARestartALinkIsPatchedAndNothingIsRegisteredAgain() {
        registerUnderNumbers();
        SinkFeeder first = callbacks.start();
        RunId run = runs.request(callbacks.callbacks(Protocol.REGISTER));
        runs.begin(run, List.of("echo Hello World"));
        runs.happened(run, RecordedRuns.step(1, StepState.IN_PROGRESS));
        runs.happened(run, new RunEvent.CommandStarted(1, 1, "echo Hello World"));
        runs.happened(run, RecordedRuns.output(1, 1, "before"));
        Eventually.until(
                "the first line is told",
                () ->
                        receiver.bodies("/command/7")
                                .anyMatch(body -> body.get("output").size() == 1));
        Eventually.until("the step is registered", () -> !receiver.got("/step").isEmpty());
        first.close();
        runs.happened(run, RecordedRuns.output(1, 1, "while nobody ran"));
        callbacks.start();
        runs.happened(run, RecordedRuns.output(1, 1, "after"));
        runs.happened(run, new RunEvent.CommandFinished(1, 1, 0));
        runs.happened(run, RecordedRuns.step(1, StepState.SUCCESSFUL));
        runs.end(run, RunState.SUCCESSFUL);
        callbacks.awaitDone(run);
        assertThat(methods("/run")).containsExactly("POST");
        assertThat(methods("/step")).containsExactly("POST");
        assertThat(methods("/command")).containsExactly("POST");
        assertThat(last("/run/7")).isEqualTo(asTold(run));
        assertThat(last("/command/7").get("output"))
                .extracting(JsonNode::asText)
                .containsExactly("before\r\n", "while nobody ran\r\n", "after\r\n");
    }

    @Test
    void aFailedRunTellsWhatWasNotStarted() {
        callbacks.start();
        RunId run = runs.request(callbacks.callbacks(Protocol.POST));
        runs.begin(run, List.of("false"), List.of("true"));
        runs.happened(run, RecordedRuns.step(1, StepState.IN_PROGRESS));
        runs.happened(run, new RunEvent.CommandStarted(1, 1, "false"));
        runs.happened(run, new RunEvent.CommandFinished(1, 1, 1));
        runs.happened(run, RecordedRuns.step(1, StepState.FAILED));
        runs.happened(run, RecordedRuns.step(2, StepState.ABORTED));
        runs.end(run, RunState.FAILED);
        callbacks.awaitDone(run);
        assertThat(status(last("/run"))).isEqualTo("FAILED");
        assertThat(last("/run").get("steps"))
                .extracting(CallbacksTest::status)
                .containsExactly("FAILED", "ABORTED");
        assertThat(receiver.bodies("/step").map(CallbacksTest::status))
                .containsExactly("IN_PROGRESS", "FAILED", "ABORTED");
    }

    @Test
    void anInvalidPipelineFailsARunWithoutSteps() {
        callbacks.start();
        RunId run = runs.request(callbacks.callbacks(Protocol.POST));
        runs.happened(
                run,
                RunEvent.RunStateChanged.to(RunState.PENDING),
                RunEvent.RunStateChanged.to(RunState.IN_PROGRESS),
                new RunEvent.RunStateChanged(
                        RunState.FAILED, Optional.of(Reason.INVALID_PIPELINE), Optional.empty()),
                new RunEvent.RunEnded(RunState.FAILED, 4));
        callbacks.awaitDone(run);
        assertThat(status(last("/run"))).isEqualTo("FAILED");
        assertThat(last("/run").get("steps")).isEmpty();
    }

    @Test
    void whatACommandPrintsIsGatheredForASecond() {
        callbacks.start();
        RunId run = runs.request(callbacks.callbacks(Protocol.POST));
        startCommand(run);
        Instant began = Instant.now();
        for (int line = 1; line <= 75; line++) {
            runs.happened(run, RecordedRuns.output(1, 1, "line " + line));
            Eventually.letPass(CallbackFixture.QUICK);
        }
        runs.happened(run, new RunEvent.CommandFinished(1, 1, 0));
        runs.happened(run, RecordedRuns.step(1, StepState.SUCCESSFUL));
        runs.end(run, RunState.SUCCESSFUL);
        callbacks.awaitDone(run);
        List<Got> updates = receiver.got("/command");
        long seconds = Duration.between(began, Instant.now()).toSeconds();
        // start, at most one a second, end
        assertThat((long) updates.size()).isBetween(3L, 4 + seconds);
        for (int update = 2; update < updates.size() - 1; update++) {
            assertThat(Duration.between(updates.get(update - 1).at(), updates.get(update).at()))
                    .isGreaterThan(Duration.ofMillis(900));
        }
        assertThat(last("/command").get("output")).hasSize(75);
        assertThat(receiver.got("/run")).hasSizeLessThan(10);
    }

    @Test
    void aLineIsToldThoughNoOtherFollows() {
        callbacks.start();
        RunId run = runs.request(callbacks.callbacks(Protocol.POST));
        startCommand(run);
        runs.happened(run, RecordedRuns.output(1, 1, "waiting for you"));
        Eventually.until(
                "the line is told",
                () -> receiver.bodies("/command").anyMatch(body -> body.get("output").size() == 1));
    }

    @Test
    void aCommandThatIsCutOffTellsWhatItPrintedLast() {
        callbacks.start();
        RunId run = runs.request(callbacks.callbacks(Protocol.POST));
        startCommand(run);
        runs.happened(
                run,
                RecordedRuns.output(1, 1, "first"),
                RecordedRuns.output(1, 1, "last words"),
                RecordedRuns.step(1, StepState.FAILED));
        runs.end(run, RunState.FAILED);
        callbacks.awaitDone(run);
        assertThat(last("/command").get("output"))
                .extracting(JsonNode::asText)
                .containsExactly("first\r\n", "last words\r\n");
    }

    @Test
    void aBodyStaysBoundedAndSaysWhatItLeavesOut() {
        callbacks.limitOutput(64 * 1024);
        callbacks.start();
        RunId run = runs.request(callbacks.callbacks(Protocol.POST));
        startCommand(run);
        RunEvent[] lines = new RunEvent[5000];
        for (int line = 0; line < lines.length; line++) {
            lines[line] = RecordedRuns.output(1, 1, "line " + line + " " + "x".repeat(80));
        }
        runs.happened(run, lines);
        runs.happened(run, new RunEvent.CommandFinished(1, 1, 0));
        runs.happened(run, RecordedRuns.step(1, StepState.SUCCESSFUL));
        runs.end(run, RunState.SUCCESSFUL);
        callbacks.awaitDone(run);
        assertThat(receiver.got()).allMatch(got -> got.body().toString().length() < 80 * 1024);
        JsonNode output = last("/command").get("output");
        assertThat(output.get(0).asText()).matches("\\[\\d+ earlier lines left out]\r\n");
        assertThat(output.get(output.size() - 1).asText()).startsWith("line 4999 ");
        assertThat(receiver.got("/command")).hasSizeLessThan(8);
    }

    private void startCommand(RunId run) {
        runs.begin(run, List.of("loop"));
        runs.happened(run, RecordedRuns.step(1, StepState.IN_PROGRESS));
        runs.happened(run, new RunEvent.CommandStarted(1, 1, "loop"));
        Eventually.until("the command is told", () -> !receiver.got("/command").isEmpty());
    }

    private RunId playedHello(Protocol protocol) {
        callbacks.start();
        RunId run = runs.request(callbacks.callbacks(protocol));
        runs.playHello(run, 1);
        callbacks.awaitDone(run);
        return run;
    }

    private void registerUnderNumbers() {
        receiver.answer(got ->
                got.method().equals("POST")
                        ? Optional.of(Answer.linkingTo(receiver.uri(got.path()) + "/7"))
                        : Optional.empty());
    }

    private JsonNode asTold(RunId run) {
        OutputsSoFar outputs = new OutputsSoFar(OutputsSoFar.USUAL_LIMIT);
        runs.events(run).stream().map(RecordedEvent::event).forEach(outputs::add);
        return JSON.valueToTree(RunObject.of(runs.find(run), outputs).toJson());
    }

    private Stream<String> methods(String path) {
        return receiver.got(path).stream().map(Got::method);
    }

    private JsonNode last(String path) {
        return receiver.got(path).getLast().body();
    }

    private static String status(JsonNode body) {
        return body.get("status").asText();
    }
}
