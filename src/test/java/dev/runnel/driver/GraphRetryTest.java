package dev.runnel.driver;

import static dev.runnel.driver.GraphFixture.control;
import static dev.runnel.driver.GraphFixture.requested;
import static dev.runnel.driver.GraphFixture.states;
import static dev.runnel.driver.GraphStep.pipeline;
import static dev.runnel.driver.GraphStep.step;
import static dev.runnel.run.StepState.ABORTED;
import static dev.runnel.run.StepState.FAILED;
import static dev.runnel.run.StepState.SUCCESSFUL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.attempt.RunControl;
import dev.runnel.executor.StepKey;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.run.Callbacks;
import dev.runnel.run.Reason;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.StepStateChanged;
import dev.runnel.run.RunEvent.StepWaits;
import dev.runnel.run.RunId;
import dev.runnel.run.RunRequest;
import dev.runnel.run.RunRequest.Rerun;
import dev.runnel.run.RunState;
import dev.runnel.run.StepRun;
import dev.runnel.run.StepState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Steps that are tried again, take too long, or are kept by a run that repeats another one.
@Timeout(60)
class GraphRetryTest {
    private static final Duration SOON = Duration.ofMillis(20);
    private static final Duration LATE = Duration.ofHours(1);

    @TempDir Path folder;
    private GraphFixture graph;

    @BeforeEach
    void fixture() {
        graph = new GraphFixture(folder, 10);
    }

    @Test
    void aStepIsTriedAgainUntilItSucceeds() throws Exception {
        Run run = graph.drive(step("print a", "fail 2").retry(3, SOON), step("print b").needs(1));
        assertThat(run.state()).isEqualTo(RunState.SUCCESSFUL);
        assertThat(run.step(1).attempt()).isEqualTo(3);
        assertThat(graph.lines(run)).containsExactly("a", "a", "a", "b");
        assertThat(
                        graph.events(run.id()).stream()
                                .filter(event ->
                                        event instanceof StepStateChanged changed
                                                && changed.step() == 1)
                                .map(event -> ((StepStateChanged) event).state()))
                .containsExactly(
                        StepState.IN_PROGRESS,
                        FAILED,
                        StepState.IN_PROGRESS,
                        FAILED,
                        StepState.IN_PROGRESS,
                        SUCCESSFUL);
        assertThat(graph.events(run.id())).filteredOn(StepWaits.class::isInstance).hasSize(2);
    }

    @Test
    void itIsGivenUpAfterTheLastAttempt() throws Exception {
        Run run = graph.drive(step("exit 1").retry(2, SOON), step("print never").needs(1));
        assertThat(states(run)).containsExactly(FAILED, ABORTED);
        assertThat(run.step(1).attempt()).isEqualTo(3);
        assertThat(run.step(1).isOver()).isTrue();
    }

    @Test
    void onlyTheReasonsThatThePipelineNamesAreWorthAnotherAttempt() throws Exception {
        Run run =
                graph.drive(
                        step("exit 1").retry(2, SOON, "lost"),
                        step("vanish").retry(1, SOON, "lost"));
        assertThat(run.step(1).attempt()).isEqualTo(1);
        assertThat(run.step(2).attempt()).isEqualTo(2);
        assertThat(run.step(2).reason()).contains(Reason.LOST);
    }

    @Test
    void aWaitBetweenAttemptsTakesNoPlaceAndEndsWithACancel() throws Exception {
        Run run = requested();
        RunControl control = control();
        CompletableFuture<Run> driven =
                graph.driving(run, pipeline(step("exit 1").retry(1, LATE)), control);
        graph.awaitEvent(run, StepWaits.class);
        GraphFixture.await(() -> graph.places.taken() == 0);
        control.cancel();
        Run ended = ended(driven);
        assertThat(states(ended)).containsExactly(ABORTED);
        assertThat(ended.step(1).waitsFor()).isEmpty();
        assertThat(ended.state()).isEqualTo(RunState.ABORTED);
    }

    @Test
    void theWaitSurvivesATakeOverAndTheNextAttemptIsTheSecond() throws Exception {
        Run run = requested();
        RunControl first = control();
        Pipeline pipeline = pipeline(step("fail 1").retry(1, Duration.ofMillis(500)));
        CompletableFuture<Run> driven = graph.driving(run, pipeline, first);
        graph.awaitEvent(run, StepWaits.class);
        first.leave();
        Run left = ended(driven);
        assertThat(left.step(1).state()).isEqualTo(FAILED);
        assertThat(left.step(1).isOver()).isFalse();
        Run ended = graph.drive(left, pipeline, control());
        assertThat(ended.state()).isEqualTo(RunState.SUCCESSFUL);
        assertThat(ended.step(1).attempt()).isEqualTo(2);
    }

    @Test
    void aStepThatIsLostWithItsDriverIsTriedAgain() throws Exception {
        Run run = requested();
        RunControl first = control();
        Pipeline pipeline = pipeline(step("print a", "hang").retry(1, SOON, "lost"));
        CompletableFuture<Run> driven = graph.driving(run, pipeline, first);
        graph.awaitLine(run, "a");
        first.leave();
        Run left = ended(driven);
        List<StepKey> keys = graph.executor.leftovers();
        keys.forEach(graph.executor::destroy);
        graph.executor.endHanging();
        Run ended = graph.drive(left, pipeline, control());
        assertThat(ended.state()).isEqualTo(RunState.SUCCESSFUL);
        assertThat(ended.step(1).attempt()).isEqualTo(2);
    }

    @Test
    void aStepAndACommandThatTakeTooLongAreStoppedAndTheMessageSaysWhich() throws Exception {
        Run run =
                graph.drive(
                        step("hang").timeout(Duration.ofMillis(100), LATE),
                        step("print a", "hang").timeout(LATE, Duration.ofMillis(100)));
        assertThat(run.steps())
                .extracting(StepRun::reason)
                .containsOnly(Optional.of(Reason.TIMEOUT));
        assertThat(run.step(1).message()).contains("the step took longer than 100 ms");
        assertThat(run.step(2).message()).contains("command 2 took longer than 100 ms");
    }

    @Test
    void aReRunKeepsTheLargestSetOfStepsWhoseWorkspaceIsThere() throws Exception {
        Pipeline pipeline =
                pipeline(
                        step("append a"),
                        step("append b").needs(1),
                        step("exit 1").needs(2),
                        step("append d").needs(2),
                        step("show").needs(3, 4));
        Run original = graph.drive(requested(), pipeline, control());
        assertThat(states(original))
                .containsExactly(SUCCESSFUL, SUCCESSFUL, FAILED, SUCCESSFUL, ABORTED);

        Run again = graph.drive(repeating(original), pipeline, control());

        assertThat(again.step(1).keptFrom()).contains(original.id());
        assertThat(again.step(2).keptFrom()).contains(original.id());
        // it ran beside the one that failed, so nobody knows what of that is in the workspace
        assertThat(again.step(4).keptFrom()).isEmpty();
        assertThat(again.step(4).state()).isEqualTo(SUCCESSFUL);
    }

    @Test
    void parallelStepsThatAllSucceededAreKept() throws Exception {
        Pipeline pipeline =
                pipeline(step("append a"), step("sleep 50"), step("show", "fail 1").needs(1, 2));
        Run original = graph.drive(requested(), pipeline, control());
        Run again = graph.drive(repeating(original), pipeline, control());
        assertThat(again.steps().subList(0, 2))
                .extracting(StepRun::keptFrom)
                .containsOnly(Optional.of(original.id()));
        assertThat(graph.lines(again)).containsExactly("a");
    }

    @Test
    void aRequestsVariablesGoBeforeThoseOfThePipelineAndRunnelsOwnBeforeBoth() throws Exception {
        RunRequest request =
                new RunRequest(
                        "url",
                        Optional.empty(),
                        Optional.empty(),
                        Map.of("B", "request", "RUNNEL_STEP", "request"),
                        Callbacks.NONE);
        graph.drive(
                requested(request),
                pipeline(
                        step("print a")
                                .environment(Map.of("A", "pipeline", "B", "pipeline", "CI", "no"))),
                control());
        assertThat(graph.executor.started().getFirst().environment())
                .containsEntry("A", "pipeline")
                .containsEntry("B", "request")
                .containsEntry("CI", "no")
                .containsEntry("RUNNEL_STEP", "1");
    }

    private static Run repeating(Run original) {
        Map<Integer, RunId> kept =
                original.steps().stream()
                        .filter(step -> step.state() == SUCCESSFUL)
                        .collect(Collectors.toMap(StepRun::number, _ -> original.id()));
        Rerun rerun = new Rerun(original.id(), original.revision(), kept, original.pushed());
        return requested(original.request().repeating(rerun, Map.of()));
    }

    private static Run ended(CompletableFuture<Run> driven) throws Exception {
        return driven.get(30, TimeUnit.SECONDS);
    }
}
