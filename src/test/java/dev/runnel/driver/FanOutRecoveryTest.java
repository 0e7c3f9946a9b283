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
import dev.runnel.eventlog.EventLog.Chunk;
import dev.runnel.pipeline.Exchange.Items;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.StepExpanded;
import dev.runnel.run.RunEvent.StepWaits;
import dev.runnel.run.RunRequest;
import dev.runnel.run.RunRequest.Rerun;
import dev.runnel.run.RunState;
import dev.runnel.run.StepRun;
import dev.runnel.run.StepState;
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

/// What becomes of steps that run for each item of a list when their driver dies, and in a re-run.
@Timeout(60)
class FanOutRecoveryTest {
    private static final Items A_AND_B = new Items.Said(List.of("a", "b"));

    @TempDir Path folder;

    private GraphFixture graph;

    @BeforeEach
    void fixture() {
        graph = new GraphFixture(folder, 10);
    }

    @Test
    void whoTakesTheRunUpGoesOnWithEachItem() throws Exception {
        Run run = requested();
        Pipeline pipeline =
                pipeline(
                        step("give PARTS=[\"a\",\"b\",\"c\",\"d\"]").gives("PARTS"),
                        step("print on $ITEM", "give R=$ITEM", "hang")
                                .needs(1)
                                .each("PARTS", 2)
                                .gives("R"),
                        step("tell R").needs(2));
        RunControl first = control();
        CompletableFuture<Run> driven = graph.driving(run, pipeline, first);
        graph.awaitLine(run, "on a");
        graph.awaitLine(run, "on b");
        first.leave();
        Run left = ended(driven);
        graph.executor.endHanging();
        Run ended = graph.drive(left, pipeline, control());
        assertThat(ended.state()).isEqualTo(RunState.SUCCESSFUL);
        assertThat(graph.lines(ended)).endsWith("[\"a\",\"b\",\"c\",\"d\"]").hasSize(5);
        assertThat(graph.events(run.id())).filteredOn(StepExpanded.class::isInstance).hasSize(1);
        assertThat(graph.executor.started()).hasSize(6);
    }

    /// The log as it is when the driver dies after any of its events.
    @Test
    void whereverTheDriverDiesTheNextOneComesToTheSameEnd() throws Exception {
        Pipeline pipeline =
                pipeline(
                        step("give PARTS=[\"a\",\"b\"]").gives("PARTS"),
                        step("fail-item b 1", "give R=$ITEM")
                                .needs(1)
                                .each("PARTS", 1)
                                .gives("R")
                                .retry(1, Duration.ofMillis(1)),
                        // the first one to become several
                        step("print x").each(new Items.Said(List.of("x")), 1, false),
                        step("print nothing").needs(1).each(new Items.Said(List.of()), 1, false),
                        step("tell R").needs(2, 3, 4));
        Run whole = graph.drive(requested(), pipeline, control());
        assertThat(whole.state()).isEqualTo(RunState.SUCCESSFUL);
        int deaths = 0;
        for (int after = 1; after < whole.events(); after++) {
            Run half = Run.requested(whole.id(), whole.request(), whole.createdAt());
            List<RecordedEvent> events = graph.log.read(whole.id(), 0, Integer.MAX_VALUE);
            for (RecordedEvent recorded : events.subList(0, after)) {
                half = half.after(recorded);
            }
            boolean isBetween =
                    half.steps().stream()
                            .noneMatch(step ->
                                    step.state() == StepState.IN_PROGRESS
                                            && !step.commands().isEmpty());
            boolean isTogether =
                    events.get(after).event() instanceof StepExpanded
                            || events.get(after).event() instanceof StepWaits;
            if (half.steps().isEmpty() || !isBetween || isTogether || half.ended()) {
                continue;
            }
            deaths++;
            assertThat(resumed(half, pipeline, events.subList(0, after)).steps())
                    .as("after event %d", after)
                    .extracting(StepRun::state)
                    .containsExactlyElementsOf(states(whole));
        }
        assertThat(deaths).isGreaterThan(5);
    }

    /// The end of a run that another driver takes up in this state, with a log of its own.
    private Run resumed(Run half, Pipeline pipeline, List<RecordedEvent> events) throws Exception {
        Path own = Files.createDirectory(folder.resolve("after-" + events.size()));
        GraphFixture other = new GraphFixture(own, 10);
        Files.createDirectories(own.resolve("workspaces").resolve(half.id().toString()));
        other.log.append(new Chunk(1, events, half, Map.of()));
        return other.drive(half, pipeline, control());
    }

    @Test
    void aRerunKeepsAWholeThatSucceededAndRepeatsOneThatDidNot() throws Exception {
        Pipeline pipeline =
                pipeline(
                        step("print on $ITEM", "give R=$ITEM").each(A_AND_B, 2, false).gives("R"),
                        step("tell R", "fail-item b 1").needs(1).each(A_AND_B, 1, false),
                        step("tell R").needs(2));
        Run first = graph.drive(requested(), pipeline, control());
        assertThat(states(first))
                .containsExactly(
                        SUCCESSFUL, FAILED, ABORTED, SUCCESSFUL, SUCCESSFUL, SUCCESSFUL, FAILED);
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
        assertThat(second.step(1).outputs()).isEqualTo(Map.of("R", "[\"a\",\"b\"]"));
        assertThat(states(second)).containsExactly(SUCCESSFUL, FAILED, ABORTED, SUCCESSFUL, FAILED);
        assertThat(graph.lines(second)).containsOnly("[\"a\",\"b\"]").hasSize(2);
    }

    private static Run ended(CompletableFuture<Run> driven) throws Exception {
        return driven.get(20, TimeUnit.SECONDS);
    }
}
