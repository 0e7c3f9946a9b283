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

import dev.runnel.artifact.ArtifactOwner.OfStep;
import dev.runnel.attempt.RunControl;
import dev.runnel.exchange.OutputText;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.run.Callbacks;
import dev.runnel.run.Reason;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent;
import dev.runnel.run.RunEvent.ProgressMade;
import dev.runnel.run.RunEvent.StepOutputs;
import dev.runnel.run.RunEvent.StepStateChanged;
import dev.runnel.run.RunRequest;
import dev.runnel.run.RunRequest.Rerun;
import dev.runnel.run.RunState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Small values that steps give to later ones.
@Timeout(60)
class HandedOnTest {
    @TempDir Path folder;

    private GraphFixture graph;

    @BeforeEach
    void fixture() {
        graph = new GraphFixture(folder, 10);
    }

    @Test
    void aStepFindsWhatThoseThatItNeedsGave() throws Exception {
        Run run =
                graph.drive(
                        step("give A=one", "give A=two").gives("A"),
                        step("print between").needs(1),
                        step("tell A").needs(2),
                        step("tell A"));
        assertThat(run.state()).isEqualTo(RunState.SUCCESSFUL);
        assertThat(run.step(1).outputs()).isEqualTo(Map.of("A", "two"));
        assertThat(graph.lines(run)).containsExactlyInAnyOrder("between", "two", "unset");
    }

    @Test
    void theValuesAreStoredWithTheEndOfTheStep() throws Exception {
        Run run = graph.drive(step("give A=1").gives("A"));
        List<RunEvent> events = graph.events(run.id());
        int given = events.indexOf(new StepOutputs(1, "step 1", Map.of("A", "1")));
        assertThat(given).isPositive();
        assertThat(events.get(given + 1)).isInstanceOf(StepStateChanged.class);
    }

    @Test
    void whatRanLastCounts() throws Exception {
        Run run =
                graph.drive(
                        step("give A=late").gives("A").needs(2),
                        step("give A=early").gives("A"),
                        step("tell A").needs(1));
        assertThat(graph.lines(run)).containsExactly("late");
    }

    @Test
    void thePipelineAndTheRequestGoBefore() throws Exception {
        RunRequest request =
                new RunRequest(
                        "url",
                        Optional.empty(),
                        Optional.empty(),
                        Map.of("B", "asked"),
                        Callbacks.NONE);
        Pipeline pipeline =
                pipeline(
                        step("give A=given", "give B=given", "give C=given").gives("A", "B", "C"),
                        step("tell A", "tell B", "tell C")
                                .needs(1)
                                .environment(Map.of("A", "own")));
        Run run = graph.drive(requested(request), pipeline, control());
        assertThat(graph.lines(run)).containsExactly("own", "asked", "given");
    }

    @Test
    void aStepThatDoesNotWriteWhatItGivesFails() throws Exception {
        Run run = graph.drive(step("give A=1").gives("A", "B", "C"), step("tell A").needs(1));
        assertThat(states(run)).containsExactly(FAILED, ABORTED);
        assertThat(run.step(1).reason()).contains(Reason.OUTPUTS_MISSING);
        assertThat(run.step(1).message().orElseThrow()).startsWith("it did not write B, C");
        assertThat(run.step(1).outputs()).isEmpty();
    }

    @Test
    void aStepThatFailedGivesNothing() throws Exception {
        Run run =
                graph.drive(
                        step("give A=1", "exit 3").gives("A").allowFailure(),
                        step("tell A").needs(1));
        assertThat(run.step(1).reason()).contains(Reason.EXIT_CODE);
        assertThat(graph.lines(run)).containsExactly("unset");
    }

    @Test
    void whatIsNotSaidToBeGivenIsToldOf() throws Exception {
        Run run =
                graph.drive(
                        step("give A=1", "give B=2").gives("A"),
                        step("give C=3").needs(1),
                        step("tell B", "tell C").needs(2));
        assertThat(graph.lines(run)).containsExactly("unset", "unset");
        assertThat(told(run))
                .containsExactly(
                        "not given to other steps, because `outputs` does not name them: B",
                        "not given to other steps, because `outputs` does not name them: C");
    }

    @Test
    void whatCannotBeReadFailsTheStepThatGives() throws Exception {
        Run run =
                graph.drive(
                        step("give no variable").gives("A"),
                        step("give A=" + "x".repeat(OutputText.MOST_BYTES)).gives("A"),
                        step("give A=\0").gives("A"),
                        step("give no variable"));
        assertThat(states(run)).containsExactly(FAILED, FAILED, FAILED, SUCCESSFUL);
        assertThat(run.steps().subList(0, 3))
                .allSatisfy(step -> assertThat(step.reason()).contains(Reason.INVALID_OUTPUTS));
    }

    @Test
    void eachAttemptWritesAnew() throws Exception {
        Run run =
                graph.drive(
                        step("give A=1", "fail 1", "give B=2")
                                .gives("B")
                                .retry(1, Duration.ZERO, "exit-code"));
        assertThat(run.step(1).outputs()).isEqualTo(Map.of("B", "2"));
        assertThat(told(run)).anyMatch(text -> text.endsWith("not name them: A"));
    }

    @Test
    void anIsolatedStepGivesToo() throws Exception {
        Run run =
                graph.drive(
                        step("give A=1").gives("A").isolated(), step("tell A").needs(1).isolated());
        assertThat(graph.lines(run)).containsExactly("1");
    }

    @Test
    void conditionsAskForThem() throws Exception {
        Run run =
                graph.drive(
                        step("give A=1").gives("A"),
                        step("print yes").needs(1).when("variables.A == '1'"),
                        step("print no").needs(1).when("outputs['step 1'].A == '2'"),
                        step("print also").needs(1).when("outputs['step 1'].A == '1'"));
        assertThat(states(run)).containsExactly(SUCCESSFUL, SUCCESSFUL, SKIPPED, SUCCESSFUL);
    }

    @Test
    void secretsAreMaskedInThem() throws Exception {
        RunRequest request = RunRequest.of("url").withSecrets(Map.of("KEY", "hunter22"));
        Pipeline pipeline =
                pipeline(step("give A=is hunter22 it").gives("A"), step("tell A").needs(1));
        Run run = graph.drive(requested(request), pipeline, control());
        assertThat(run.step(1).outputs()).isEqualTo(Map.of("A", "is *** it"));
        assertThat(graph.lines(run)).containsExactly("is *** it");
    }

    @Test
    void whoTakesTheRunUpTakesThemToo() throws Exception {
        Run run = requested();
        Pipeline pipeline =
                pipeline(
                        step("give A=1", "print gave", "hang").gives("A"),
                        step("tell A", "hang").needs(1),
                        step("tell A").needs(2));
        RunControl first = control();
        CompletableFuture<Run> left = graph.driving(run, pipeline, first);
        graph.awaitLine(run, "gave");
        first.leave();
        Run half = left.get(20, TimeUnit.SECONDS);
        assertThat(half.step(1).outputs()).isEmpty();
        graph.executor.endHanging();
        Run ended = graph.drive(half, pipeline, control());
        assertThat(ended.state()).isEqualTo(RunState.SUCCESSFUL);
        assertThat(ended.step(1).outputs()).isEqualTo(Map.of("A", "1"));
        assertThat(graph.lines(ended)).containsExactly("gave", "1", "1");
    }

    @Test
    void filesThatAStepGivesHaveToBeThereAndAreStored() throws Exception {
        Run run =
                graph.drive(
                        step("append x").givesFiles("app*"),
                        step("append y").needs(1).givesFiles("appended", "none/**"),
                        step("exit 3").givesFiles("none"));
        assertThat(states(run)).containsExactly(SUCCESSFUL, FAILED, FAILED);
        assertThat(run.step(2).reason()).contains(Reason.OUTPUTS_MISSING);
        assertThat(run.step(2).message()).contains("it left no file that matches `none/**`");
        assertThat(run.step(3).reason()).contains(Reason.EXIT_CODE);
        assertThat(graph.artifacts.list(new OfStep(run.id(), 1))).isPresent();
    }

    @Test
    void whatAStepTakesHasToBeThereWhenItStarts() throws Exception {
        Run run =
                graph.drive(
                        step("append x", "give A=1").gives("A"),
                        step("print has").needs(1).takes(List.of("app*"), List.of("A")),
                        step("print never").needs(1).takes(List.of("none", "app*"), List.of()),
                        step("print never").takes(List.of(), List.of("A", "RUNNEL_REF")));
        assertThat(states(run)).containsExactly(SUCCESSFUL, SUCCESSFUL, FAILED, FAILED);
        assertThat(graph.lines(run)).containsExactly("has");
        assertThat(run.step(3).reason()).contains(Reason.INPUTS_MISSING);
        assertThat(run.step(3).message()).contains("not started because no file matches `none`");
        assertThat(run.step(4).message()).contains("not started because the variable A is not set");
    }

    @Test
    void nothingOutsideOfTheWorkspaceIsTaken() throws Exception {
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Files.writeString(outside.resolve("file"), "x");
        Run run =
                graph.drive(
                        step("link to " + outside),
                        step("print never").needs(1).takes(List.of("to/file"), List.of()));
        assertThat(run.step(2).reason()).contains(Reason.INPUTS_MISSING);
    }

    @Test
    void whatAnIsolatedStepGaveIsThere() throws Exception {
        Run run =
                graph.drive(
                        step("append x").isolated().givesFiles("appended"),
                        step("show").needs(1).takes(List.of("appended"), List.of()));
        assertThat(graph.lines(run)).containsExactly("x");
    }

    @Test
    void aRerunKnowsWhatTheStepsThatItKeepsGave() throws Exception {
        Pipeline pipeline =
                pipeline(
                        step("give A=1").gives("A"),
                        step("tell A", "exit 1").needs(1),
                        step("tell A").needs(1));
        Run first = graph.drive(requested(), pipeline, control());
        RunRequest again =
                RunRequest.of("url")
                        .repeating(
                                new Rerun(
                                        first.id(),
                                        first.revision(),
                                        Map.of(1, first.id()),
                                        Optional.empty()),
                                Map.of());
        Run second = graph.drive(requested(again), pipeline, control());
        assertThat(second.step(1).keptFrom()).contains(first.id());
        assertThat(second.step(1).outputs()).isEqualTo(Map.of("A", "1"));
        assertThat(graph.lines(second)).containsExactlyInAnyOrder("1", "1");
        assertThat(graph.executor.started()).hasSize(5);
    }

    private List<String> told(Run run) {
        return graph.events(run.id()).stream()
                .filter(ProgressMade.class::isInstance)
                .map(ProgressMade.class::cast)
                .filter(progress -> progress.activity() == RunEvent.Activity.ARTIFACTS)
                .map(ProgressMade::message)
                .toList();
    }
}
