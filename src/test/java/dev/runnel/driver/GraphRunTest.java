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
import dev.runnel.pipeline.Pipeline;
import dev.runnel.run.Callbacks;
import dev.runnel.run.Reason;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.StepApproved;
import dev.runnel.run.RunEvent.StepWaits;
import dev.runnel.run.RunRequest;
import dev.runnel.run.RunState;
import dev.runnel.run.StepState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a graph of steps does.
@Timeout(60)
class GraphRunTest {
    @TempDir Path folder;
    private GraphFixture graph;

    @BeforeEach
    void fixture() {
        graph = new GraphFixture(folder, 10);
    }

    @Test
    void stepsThatNeedNothingOfEachOtherRunAtTheSameTime() throws Exception {
        Run run = requested();
        RunControl control = control();
        CompletableFuture<Run> driven =
                graph.driving(
                        run, pipeline(step("print a", "hang"), step("print b", "hang")), control);
        graph.awaitLine(run, "a");
        graph.awaitLine(run, "b");
        graph.executor.endHanging();
        assertThat(ended(driven).state()).isEqualTo(RunState.SUCCESSFUL);
        assertThat(graph.places.taken()).isZero();
    }

    @Test
    void aStepStartsWhenAllThatItNeedsHasEndedWhateverItsNumber() throws Exception {
        Run run = graph.drive(step("print last").needs(2, 3), step("print a"), step("print b"));
        assertThat(states(run)).containsOnly(SUCCESSFUL);
        assertThat(graph.lines(run)).endsWith("last");
    }

    @Test
    void aFailedStepEndsWhatDependsOnItAndNothingElse() throws Exception {
        Run run =
                graph.drive(
                        step("exit 3"),
                        step("print b"),
                        step("print never").needs(1),
                        step("print never").needs(3),
                        step("print c").needs(2));
        assertThat(states(run)).containsExactly(FAILED, SUCCESSFUL, ABORTED, ABORTED, SUCCESSFUL);
        assertThat(run.step(4).reason()).contains(Reason.EARLIER_STEP);
        assertThat(run.step(4).message())
                .contains("not started because step 3 (step 3) did not succeed");
        assertThat(run.state()).isEqualTo(RunState.FAILED);
        assertThat(run.reason()).contains(Reason.EXIT_CODE);
        assertThat(run.message()).contains("step 1 (step 1): a command ended with exit code 3");
    }

    @Test
    void aStepThatMayFailStopsNobody() throws Exception {
        Run run = graph.drive(step("exit 3").allowFailure().stops(2), step("print b").needs(1));
        assertThat(states(run)).containsExactly(FAILED, SUCCESSFUL);
        assertThat(run.state()).isEqualTo(RunState.SUCCESSFUL);
    }

    @Test
    void aGroupThatFailsFastStopsItsOthers() throws Exception {
        Run run = requested();
        CompletableFuture<Run> driven =
                graph.driving(
                        run,
                        pipeline(
                                step("print started", "hang").stops(2, 3),
                                step("sleep 200", "exit 1").stops(1, 3),
                                step("print never").needs(1)),
                        control());
        Run ended = ended(driven);
        assertThat(states(ended)).containsExactly(ABORTED, FAILED, ABORTED);
        assertThat(ended.step(1).reason()).contains(Reason.EARLIER_STEP);
        assertThat(ended.step(1).message()).contains("stopped because step 2 (step 2) failed");
        assertThat(ended.reason()).contains(Reason.EXIT_CODE);
    }

    @Test
    void finallyStepsRunWhateverHappened() throws Exception {
        Run run =
                graph.drive(
                        step("exit 1"),
                        step("print never").needs(1),
                        step("print cleanup").needs(1, 2).always());
        assertThat(states(run)).containsExactly(FAILED, ABORTED, SUCCESSFUL);
        assertThat(run.state()).isEqualTo(RunState.FAILED);
    }

    @Test
    void finallyStepsRunAfterACancelToo() throws Exception {
        Run run = requested();
        RunControl control = control();
        CompletableFuture<Run> driven =
                graph.driving(
                        run,
                        pipeline(
                                step("print started", "hang"),
                                step("print never").needs(1),
                                step("print cleanup").needs(2).always()),
                        control);
        graph.awaitLine(run, "started");
        control.cancel();
        Run ended = ended(driven);
        assertThat(states(ended)).containsExactly(ABORTED, ABORTED, SUCCESSFUL);
        assertThat(ended.state()).isEqualTo(RunState.ABORTED);
        assertThat(ended.reason()).contains(Reason.CANCELLED);
        assertThat(graph.lines(run)).containsExactly("started", "cleanup");
    }

    @Test
    void finallyStepsOfACancelledRunHaveTheirTimeAndNoMore() throws Exception {
        graph.finallyTime = Duration.ofMillis(200);
        Run run = requested();
        RunControl control = control();
        CompletableFuture<Run> driven =
                graph.driving(
                        run,
                        pipeline(step("print started", "hang"), step("hang").needs(1).always()),
                        control);
        graph.awaitLine(run, "started");
        control.cancel();
        assertThat(states(ended(driven))).containsExactly(ABORTED, ABORTED);
    }

    @Test
    void aStepWhoseConditionDoesNotHoldIsSkippedAndOthersGoOn() throws Exception {
        Run run =
                graph.drive(
                        requested(
                                new RunRequest(
                                        "url",
                                        Optional.of("main"),
                                        Optional.empty(),
                                        Map.of("DAY", "monday"),
                                        Callbacks.NONE)),
                        pipeline(
                                step("print never").when("variables.DAY == 'friday'"),
                                step("print b")
                                        .needs(1)
                                        .when(
                                                "outcomes['step 1'] == 'skipped' && branch == 'main'"),
                                step("print c").whenChanged("docs/**"),
                                step("print d").whenChanged("*")),
                        control());
        assertThat(states(run)).containsExactly(SKIPPED, SUCCESSFUL, SKIPPED, SUCCESSFUL);
        assertThat(run.step(1).reason()).contains(Reason.CONDITION);
        assertThat(run.state()).isEqualTo(RunState.SUCCESSFUL);
        assertThat(graph.source.asked).hasValue(1);
    }

    @Test
    void theSourceIsNotAskedWhenNoStepWantsToKnow() throws Exception {
        graph.drive(step("print a").when("variables.A == ''"));
        assertThat(graph.source.asked).hasValue(0);
    }

    @Test
    void aConditionThatCannotBeEvaluatedFailsItsStep() throws Exception {
        Run run = graph.drive(step("print never").when("1 / 0 == 1"), step("print b"));
        assertThat(states(run)).containsExactly(FAILED, SUCCESSFUL);
        assertThat(run.reason()).contains(Reason.INVALID_CONDITION);
    }

    @Test
    void aManualStepWaitsWithoutAPlaceUntilSomebodyApproves() throws Exception {
        Run run = requested();
        RunControl control = control();
        Pipeline pipeline = pipeline(step("print a"), step("print b").needs(1).manual());
        CompletableFuture<Run> driven = graph.driving(run, pipeline, control);
        graph.awaitEvent(run, StepWaits.class);
        assertThat(graph.log.run(run.id()).step(2).isWaitingForApproval()).isTrue();
        GraphFixture.await(() -> graph.places.taken() == 0);
        control.approve(2);
        Run ended = ended(driven);
        assertThat(ended.state()).isEqualTo(RunState.SUCCESSFUL);
        assertThat(ended.step(2).approved()).isTrue();
        assertThat(graph.events(run.id())).contains(new StepApproved(2, "step 2"));
    }

    @Test
    void aWaitForApprovalSurvivesATakeOverAndEndsWithACancel() throws Exception {
        RunControl first = control();
        Run run = requested();
        Pipeline pipeline = pipeline(step("print a"), step("print b").needs(1).manual());
        CompletableFuture<Run> driven = graph.driving(run, pipeline, first);
        graph.awaitEvent(run, StepWaits.class);
        first.leave();
        Run left = ended(driven);
        assertThat(left.step(2).isWaitingForApproval()).isTrue();

        RunControl second = control();
        CompletableFuture<Run> again = graph.driving(left, pipeline, second);
        GraphFixture.await(() -> graph.log.run(run.id()).events() > left.events());
        second.cancel();
        assertThat(states(ended(again))).containsExactly(SUCCESSFUL, ABORTED);
        assertThat(graph.events(run.id())).filteredOn(StepWaits.class::isInstance).hasSize(1);
    }

    @Test
    void anApprovalThatTheDriverDidNotHearIsHeardByTheNextOne() throws Exception {
        RunControl first = control();
        Run run = requested();
        Pipeline pipeline = pipeline(step("print a").manual());
        CompletableFuture<Run> driven = graph.driving(run, pipeline, first);
        graph.awaitEvent(run, StepWaits.class);
        first.leave();
        RunControl second = control();
        second.approve(1);
        assertThat(graph.drive(ended(driven), pipeline, second).state())
                .isEqualTo(RunState.SUCCESSFUL);
    }

    @Test
    void stepsThatPushHaveTheWorkspaceToThemselves() throws Exception {
        Run run =
                graph.drive(
                        step("sleep 100", "append a").commit(), step("append b"), step("append c"));
        assertThat(run.state()).isEqualTo(RunState.SUCCESSFUL);
        assertThat(graph.source.pushed).hasSize(1);
    }

    @Test
    void anIsolatedStepLeavesNothingBehind() throws Exception {
        Run run =
                graph.drive(
                        step("append a"),
                        step("append b", "show").needs(1).isolated(),
                        step("show").needs(2));
        assertThat(graph.lines(run)).containsExactly("a,b", "a");
        try (Stream<Path> left = Files.list(folder.resolve("workspaces"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void whenPlacesAreScarceTheLongestRemainingPathGoesFirst() throws Exception {
        graph = new GraphFixture(folder, 1);
        Run run =
                graph.drive(
                        step("print short"),
                        step("print long"),
                        step("print middle").needs(2),
                        step("print end").needs(3));
        assertThat(graph.lines(run)).startsWith("long", "middle");
        assertThat(states(run)).containsOnly(SUCCESSFUL);
    }

    @Test
    void aCancelledStepEndsWhatDependsOnItAndTheOthersGoOn() throws Exception {
        Run run = requested();
        RunControl control = control();
        CompletableFuture<Run> driven =
                graph.driving(
                        run,
                        pipeline(
                                step("print started", "hang"),
                                step("print never").needs(1),
                                step("sleep 300", "print other")),
                        control);
        graph.awaitLine(run, "started");
        control.cancel(1);
        Run ended = ended(driven);
        assertThat(states(ended)).containsExactly(ABORTED, ABORTED, SUCCESSFUL);
        assertThat(ended.step(1).reason()).contains(Reason.CANCELLED);
        assertThat(ended.step(2).reason()).contains(Reason.EARLIER_STEP);
        assertThat(ended.state()).isEqualTo(RunState.ABORTED);
    }

    @Test
    void anyNumberOfStepsIsTakenUpByTheNextDriver() throws Exception {
        Run run = requested();
        RunControl first = control();
        Pipeline pipeline =
                pipeline(
                        step("print a", "hang"),
                        step("print b", "hang"),
                        step("print c", "hang").isolated(),
                        step("print d").needs(1, 2, 3));
        CompletableFuture<Run> driven = graph.driving(run, pipeline, first);
        for (String line : List.of("a", "b", "c")) {
            graph.awaitLine(run, line);
        }
        first.leave();
        Run left = ended(driven);
        assertThat(left.steps().subList(0, 3))
                .extracting(step -> step.state())
                .containsOnly(StepState.IN_PROGRESS);
        assertThat(graph.places.taken()).isZero();
        graph.executor.endHanging();
        Run ended = graph.drive(left, pipeline, control());
        assertThat(ended.state()).isEqualTo(RunState.SUCCESSFUL);
        assertThat(graph.lines(run)).containsExactlyInAnyOrder("a", "b", "c", "d");
        assertThat(graph.executor.leftovers()).isEmpty();
    }

    private static Run ended(CompletableFuture<Run> driven) throws Exception {
        return driven.get(30, TimeUnit.SECONDS);
    }
}
