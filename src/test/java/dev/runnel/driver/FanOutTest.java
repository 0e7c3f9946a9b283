package dev.runnel.driver;

import static dev.runnel.driver.GraphFixture.control;
import static dev.runnel.driver.GraphFixture.requested;
import static dev.runnel.driver.GraphFixture.states;
import static dev.runnel.driver.GraphStep.pipeline;
import static dev.runnel.driver.GraphStep.step;
import static dev.runnel.run.StepState.ABORTED;
import static dev.runnel.run.StepState.FAILED;
import static dev.runnel.run.StepState.SKIPPED;
import static dev.runnel.run.StepState.SUCCESSFUL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.attempt.RunControl;
import dev.runnel.exchange.Expansion;
import dev.runnel.pipeline.Exchange.Items;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.run.Callbacks;
import dev.runnel.run.Reason;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.StepWaits;
import dev.runnel.run.RunRequest;
import dev.runnel.run.RunState;
import dev.runnel.run.StepRun;
import dev.runnel.run.StepRun.Origin;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Steps that run for each item of a list.
@Timeout(60)
class FanOutTest {
    private static final Items A_AND_B = new Items.Said(List.of("a", "b"));

    @TempDir Path folder;

    private GraphFixture graph;

    @BeforeEach
    void fixture() {
        graph = new GraphFixture(folder, 10);
    }

    @Test
    void aStepRunsForEachItemAndItsResultsComeInTheirOrder() throws Exception {
        Run run =
                graph.drive(
                        step("give PARTS=[\"b\",1.50,true,null,{\"x\": [1]},\"\"]").gives("PARTS"),
                        step("give RESULT=$ITEM_INDEX is $ITEM")
                                .needs(1)
                                .each("PARTS", 3)
                                .gives("RESULT"),
                        step("tell RESULT", "tell ITEM").needs(2));
        assertThat(run.state()).isEqualTo(RunState.SUCCESSFUL);
        assertThat(run.steps()).hasSize(9);
        assertThat(graph.lines(run))
                .containsExactly(
                        "[\"0 is b\",\"1 is 1.50\",\"2 is true\",\"3 is null\","
                                + "\"4 is {\\\"x\\\":[1]}\",\"5 is \"]",
                        "unset");
        assertThat(run.step(2).commands()).isEmpty();
        assertThat(run.step(2).origin()).isEmpty();
        assertThat(run.step(8).origin()).contains(new Origin(2, 4, "{\"x\":[1]}"));
        assertThat(run.step(5).name()).isEqualTo("step 2 (1.50)");
        assertThat(run.step(5).outputs()).isEqualTo(Map.of("RESULT", "1 is 1.50"));
        assertThat(run.step(5).plan().needs()).containsExactly(1);
    }

    @Test
    void theWholeHasNoContainer() throws Exception {
        Run run = graph.drive(step("print x").each(A_AND_B, 9, false));
        assertThat(graph.executor.started()).hasSize(2);
        assertThat(states(run)).containsExactly(SUCCESSFUL, SUCCESSFUL, SUCCESSFUL);
    }

    @Test
    void ofNothingComeEmptyLists() throws Exception {
        Run run =
                graph.drive(
                        step("give PARTS= [ ] ").gives("PARTS"),
                        step("print never").needs(1).each("PARTS", 1).gives("RESULT"),
                        step("tell RESULT").needs(2));
        assertThat(states(run)).containsExactly(SUCCESSFUL, SUCCESSFUL, SUCCESSFUL);
        assertThat(graph.lines(run)).containsExactly("[]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "PARTS={\"a\": 1}  | PARTS is no JSON list",
                "PARTS=            | PARTS is no JSON list",
                "PARTS=a,b         | PARTS is no JSON list: Unrecognized token",
                "PARTS=[1,         | PARTS is no JSON list: Unexpected end-of-input",
                "PARTS=[1] [2]     | PARTS is no JSON list: something follows it",
                "PARTS=[\"\\u0000\"] | item 1 of PARTS is too long, or has a NUL",
                "OTHER=1           | the variable PARTS is not set"
            })
    void whatIsNoListFailsTheStep(String given, String why) throws Exception {
        Run run =
                graph.drive(
                        step("give " + given).gives(given.substring(0, given.indexOf('='))),
                        step("print never").needs(1).each("PARTS", 1),
                        step("print never").needs(2));
        assertThat(states(run)).containsExactly(SUCCESSFUL, FAILED, ABORTED);
        assertThat(run.step(2).reason()).contains(Reason.INVALID_FOREACH);
        assertThat(run.step(2).message().orElseThrow()).startsWith(why);
        assertThat(run.reason()).contains(Reason.INVALID_FOREACH);
    }

    @Test
    void moreItemsThanThereMayBeFailTheStep() throws Exception {
        String most = String.join(",", Collections.nCopies(Expansion.MOST_ITEMS + 1, "1"));
        Run run =
                graph.drive(
                        step("give PARTS=[" + most + "]").gives("PARTS"),
                        step("print never").needs(1).each("PARTS", 1));
        assertThat(run.step(2).message()).contains("PARTS has more than 1000 items");
        assertThat(run.steps()).hasSize(2);
    }

    @Test
    void onlySoManyRunAtATime() throws Exception {
        Run run = requested();
        Pipeline pipeline =
                pipeline(
                        step("print on $ITEM", "hang")
                                .each(new Items.Said(List.of("a", "b", "c", "d", "e")), 2, false));
        CompletableFuture<Run> driven = graph.driving(run, pipeline, control());
        graph.awaitLine(run, "on a");
        graph.awaitLine(run, "on b");
        assertThat(graph.log.run(run.id()).steps().subList(3, 6))
                .allSatisfy(step -> assertThat(step.attempt()).isZero());
        graph.executor.endHanging();
        assertThat(ended(driven).state()).isEqualTo(RunState.SUCCESSFUL);
        assertThat(graph.executor.started()).hasSize(5);
    }

    @Test
    void manyItemsRunAlthoughThereIsOnePlace() throws Exception {
        graph = new GraphFixture(folder, 1);
        Run run =
                graph.drive(
                        step("give R=$ITEM")
                                .each(new Items.Said(List.of("c", "b", "a")), 3, false)
                                .gives("R"));
        assertThat(run.step(1).outputs()).isEqualTo(Map.of("R", "[\"c\",\"b\",\"a\"]"));
        assertThat(graph.places.taken()).isZero();
    }

    @Test
    void aFailedItemFailsTheWholeAndStopsNoOther() throws Exception {
        Run run =
                graph.drive(
                        step("fail-item a 9", "give R=x").each(A_AND_B, 1, false).gives("R"),
                        step("print never").needs(1));
        assertThat(states(run)).containsExactly(FAILED, ABORTED, FAILED, SUCCESSFUL);
        assertThat(run.step(1).reason()).contains(Reason.EXIT_CODE);
        assertThat(run.step(1).exitCode()).contains(1);
        assertThat(run.step(1).message())
                .contains("step 3 (step 1 (a)): a command ended with exit code 1");
        assertThat(run.step(1).outputs()).isEmpty();
        assertThat(run.reason()).contains(Reason.EXIT_CODE);
    }

    @Test
    void aFailedItemStopsTheOthersIfItIsToFailFast() throws Exception {
        Run run = graph.drive(step("fail-item a 9").each(A_AND_B, 1, true));
        assertThat(states(run)).containsExactly(FAILED, FAILED, ABORTED);
        assertThat(run.step(3).message()).contains("stopped because step 2 (step 1 (a)) failed");
    }

    @Test
    void aFailedItemStopsTheOthersAlsoIfTheWholeMayFail() throws Exception {
        Run run =
                graph.drive(
                        step("fail-item a 9").each(A_AND_B, 1, true).allowFailure(),
                        step("print on").needs(1));
        assertThat(states(run)).containsExactly(FAILED, SUCCESSFUL, FAILED, ABORTED);
        assertThat(run.state()).isEqualTo(RunState.SUCCESSFUL);
    }

    @Test
    void aFailedItemIsTriedAgain() throws Exception {
        Run run =
                graph.drive(
                        step("fail-item b 2", "give R=$ITEM")
                                .each(A_AND_B, 2, false)
                                .gives("R")
                                .retry(2, Duration.ofMillis(1)));
        assertThat(run.state()).isEqualTo(RunState.SUCCESSFUL);
        assertThat(run.step(1).outputs()).isEqualTo(Map.of("R", "[\"a\",\"b\"]"));
        assertThat(run.steps()).extracting(StepRun::attempt).containsExactly(1, 1, 3);
    }

    @Test
    void theWholeMayFail() throws Exception {
        Run run =
                graph.drive(
                        step("fail-item a 9").each(A_AND_B, 2, false).allowFailure(),
                        step("print on").needs(1));
        assertThat(states(run)).containsExactly(FAILED, SUCCESSFUL, FAILED, SUCCESSFUL);
        assertThat(run.state()).isEqualTo(RunState.SUCCESSFUL);
    }

    @Test
    void theConditionIsAskedOnce() throws Exception {
        Run run = graph.drive(step("print x").each(A_AND_B, 2, false).when("variables.NO == 'x'"));
        assertThat(states(run)).containsExactly(SKIPPED);
        assertThat(run.state()).isEqualTo(RunState.SUCCESSFUL);
    }

    @Test
    void somebodyApprovesOfTheWhole() throws Exception {
        Run run = requested();
        RunControl control = control();
        Pipeline pipeline = pipeline(step("print x").each(A_AND_B, 2, false).manual());
        CompletableFuture<Run> driven = graph.driving(run, pipeline, control);
        graph.awaitEvent(run, StepWaits.class);
        assertThat(graph.log.run(run.id()).steps()).hasSize(1);
        control.approve(1);
        assertThat(states(ended(driven))).containsExactly(SUCCESSFUL, SUCCESSFUL, SUCCESSFUL);
    }

    @Test
    void oneItemIsCancelled() throws Exception {
        Run run = requested();
        RunControl control = control();
        Pipeline pipeline = pipeline(step("print on $ITEM", "hang").each(A_AND_B, 2, false));
        CompletableFuture<Run> driven = graph.driving(run, pipeline, control);
        graph.awaitLine(run, "on a");
        graph.awaitLine(run, "on b");
        control.cancel(3);
        GraphFixture.await(() -> graph.log.run(run.id()).step(3).state() == ABORTED);
        graph.executor.endHanging();
        Run ended = ended(driven);
        assertThat(states(ended)).containsExactly(ABORTED, SUCCESSFUL, ABORTED);
        assertThat(ended.step(1).reason()).contains(Reason.CANCELLED);
        assertThat(ended.state()).isEqualTo(RunState.ABORTED);
    }

    @Test
    void theWholeIsCancelled() throws Exception {
        Run run = requested();
        RunControl control = control();
        Pipeline pipeline = pipeline(step("print on $ITEM", "hang").each(A_AND_B, 1, false));
        CompletableFuture<Run> driven = graph.driving(run, pipeline, control);
        graph.awaitLine(run, "on a");
        control.cancel(1);
        assertThat(states(ended(driven))).containsExactly(ABORTED, ABORTED, ABORTED);
    }

    @Test
    void theRunIsCancelled() throws Exception {
        Run run = requested();
        RunControl control = control();
        Pipeline pipeline =
                pipeline(
                        step("print on $ITEM", "hang").each(A_AND_B, 1, false),
                        step("print end $ITEM").needs(1).each(A_AND_B, 2, false).always());
        CompletableFuture<Run> driven = graph.driving(run, pipeline, control);
        graph.awaitLine(run, "on a");
        control.cancel();
        Run ended = ended(driven);
        assertThat(states(ended))
                .containsExactly(ABORTED, SUCCESSFUL, ABORTED, ABORTED, SUCCESSFUL, SUCCESSFUL);
        assertThat(ended.state()).isEqualTo(RunState.ABORTED);
    }

    @Test
    void artifactsOfIsolatedItemsReachWhatNeedsTheWhole() throws Exception {
        Run run =
                graph.drive(
                        step("append $ITEM")
                                .each(new Items.Said(List.of("a")), 2, false)
                                .isolated()
                                .artifacts("appended"),
                        step("show").needs(1));
        assertThat(graph.lines(run)).containsExactly("a");
    }

    @Test
    void secretsAreMaskedInItems() throws Exception {
        RunRequest request =
                new RunRequest(
                                "url",
                                Optional.empty(),
                                Optional.empty(),
                                Map.of("PARTS", "[\"hunter22\"]"),
                                Callbacks.NONE)
                        .withSecrets(Map.of("KEY", "hunter22"));
        Run run =
                graph.drive(
                        requested(request),
                        pipeline(step("tell ITEM").each("PARTS", 1)),
                        control());
        assertThat(run.step(2).origin()).contains(new Origin(1, 0, "***"));
        assertThat(graph.lines(run)).containsExactly("***");
    }

    @Test
    void listsThatAreTooLongAreNotGiven() throws Exception {
        String longest = "x".repeat(40_000);
        Run run = graph.drive(step("give R=" + longest).each(A_AND_B, 2, false).gives("R"));
        assertThat(run.step(1).reason()).contains(Reason.INVALID_OUTPUTS);
    }

    private static Run ended(CompletableFuture<Run> driven) throws Exception {
        return driven.get(20, TimeUnit.SECONDS);
    }
}
