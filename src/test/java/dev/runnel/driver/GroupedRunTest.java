package dev.runnel.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.attempt.RunControl;
import dev.runnel.group.StepGroups.Holder;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Placement;
import dev.runnel.pipeline.Placement.Group;
import dev.runnel.run.RepositoryName;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.Activity;
import dev.runnel.run.RunEvent.ProgressMade;
import dev.runnel.run.RunState;
import dev.runnel.run.StepState;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Runs whose steps are of concurrency groups.
@Timeout(60)
class GroupedRunTest {
    @TempDir Path folder;

    private GraphFixture fixture;

    @BeforeEach
    void open() {
        fixture = new GraphFixture(folder, 4);
    }

    @Test
    void stepsOfOneGroupInTwoRunsTakeTurnsAndTheWaitIsTold() throws Exception {
        Pipeline pipeline = grouped(List.of(GraphStep.step("print begun", "hang")), List.of(1));
        Run first = GraphFixture.requested();
        CompletableFuture<Run> one = fixture.driving(first, pipeline, GraphFixture.control());
        fixture.awaitLine(first, "begun");
        Run second = GraphFixture.requested();
        CompletableFuture<Run> two = fixture.driving(second, pipeline, GraphFixture.control());
        GraphFixture.await(() -> isTold(second, "which run " + first.id() + " has"));
        assertThat(fixture.executor.started()).hasSize(1);

        fixture.executor.endHanging();
        assertThat(one.get(30, TimeUnit.SECONDS).state()).isEqualTo(RunState.SUCCESSFUL);
        assertThat(two.get(30, TimeUnit.SECONDS).state()).isEqualTo(RunState.SUCCESSFUL);
        assertThat(two.get().step(1).startedAt().orElseThrow())
                .isAfterOrEqualTo(one.get().step(1).finishedAt().orElseThrow());
    }

    @Test
    void aWaitTakesNoPlaceOfAStep() throws Exception {
        fixture = new GraphFixture(folder, 1);
        Run holder = GraphFixture.requested();
        assertThat(fixture.groups.stand(holder(holder, 1), name(holder)).held()).isTrue();
        Run run = GraphFixture.requested();
        Pipeline pipeline =
                grouped(
                        List.of(GraphStep.step("print deployed"), GraphStep.step("print other")),
                        List.of(1));
        CompletableFuture<Run> driven = fixture.driving(run, pipeline, GraphFixture.control());
        fixture.awaitLine(run, "other");
        GraphFixture.await(() -> isTold(run, "which run " + holder.id() + " has"));
        assertThat(fixture.lines(run)).doesNotContain("deployed");
        fixture.groups.leave(holder(holder, 1));
        assertThat(driven.get(30, TimeUnit.SECONDS).state()).isEqualTo(RunState.SUCCESSFUL);
    }

    @Test
    void aStepThatWaitsIsCancelledAndLeavesTheLine() throws Exception {
        Run holder = GraphFixture.requested();
        fixture.groups.stand(holder(holder, 1), name(holder));
        Pipeline pipeline = grouped(List.of(GraphStep.step("print deployed")), List.of(1));
        Run run = GraphFixture.requested();
        RunControl control = GraphFixture.control();
        CompletableFuture<Run> driven = fixture.driving(run, pipeline, control);
        GraphFixture.await(() -> isTold(run, "which run"));
        control.cancel();
        assertThat(driven.get(30, TimeUnit.SECONDS).state()).isEqualTo(RunState.ABORTED);
        Run next = GraphFixture.requested();
        assertThat(fixture.groups.stand(holder(next, 1), name(next)).held()).isFalse();
        fixture.groups.leave(holder(holder, 1));
        assertThat(fixture.groups.stand(holder(next, 1), name(next)).held()).isTrue();
    }

    @Test
    void whoTakesARunOverGoesOnWithItsGroupAndNobodyElseGetsItMeanwhile() throws Exception {
        Pipeline pipeline = grouped(List.of(GraphStep.step("print begun", "hang")), List.of(1));
        Run first = GraphFixture.requested();
        RunControl killed = GraphFixture.control();
        CompletableFuture<Run> one = fixture.driving(first, pipeline, killed);
        fixture.awaitLine(first, "begun");
        Run second = GraphFixture.requested();
        CompletableFuture<Run> two = fixture.driving(second, pipeline, GraphFixture.control());
        GraphFixture.await(() -> isTold(second, "which run"));
        killed.leave();
        Run left = one.get(30, TimeUnit.SECONDS);
        assertThat(left.step(1).state()).isEqualTo(StepState.IN_PROGRESS);
        assertThat(fixture.groups.stand(holder(second, 1), name(second)).held()).isFalse();

        long fence = fixture.log.raiseFence(first.id());
        CompletableFuture<Run> again = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        again.complete(
                                fixture.drive(left, pipeline, GraphFixture.control(), fence));
                    } catch (InterruptedException | RuntimeException e) {
                        again.completeExceptionally(e);
                    }
                });
        assertThat(two).isNotDone();
        assertThat(fixture.executor.started()).hasSize(1);
        fixture.executor.endHanging();
        assertThat(again.get(30, TimeUnit.SECONDS).state()).isEqualTo(RunState.SUCCESSFUL);
        assertThat(two.get(30, TimeUnit.SECONDS).state()).isEqualTo(RunState.SUCCESSFUL);
    }

    @Test
    void aStageHoldsItsGroupUntilItsLastStepIsOverAndARunUntilItEnds() throws Exception {
        Pipeline pipeline =
                new Pipeline(
                        "default",
                        "/w",
                        GraphStep.pipeline(
                                        GraphStep.step("print copied"),
                                        GraphStep.step("print switching", "hang").needs(1))
                                .steps(),
                        new Placement(
                                Set.of(),
                                List.of(
                                        new Group("whole", true, List.of()),
                                        new Group("g", false, List.of(1, 2)))));
        Run first = GraphFixture.requested();
        CompletableFuture<Run> one = fixture.driving(first, pipeline, GraphFixture.control());
        fixture.awaitLine(first, "switching");
        Run other = GraphFixture.requested();
        assertThat(fixture.groups.stand(holder(other, 1), name(other)).held()).isFalse();
        assertThat(fixture.groups.stand(holder(other, 0), "run url whole").held()).isFalse();
        fixture.executor.endHanging();
        one.get(30, TimeUnit.SECONDS);
        assertThat(fixture.groups.stand(holder(other, 1), name(other)).held()).isTrue();
        assertThat(fixture.groups.stand(holder(other, 0), "run url whole").held()).isTrue();
    }

    private boolean isTold(Run run, String text) {
        return fixture.events(run.id()).stream()
                .filter(ProgressMade.class::isInstance)
                .map(ProgressMade.class::cast)
                .anyMatch(
                        made -> made.activity() == Activity.WAIT && made.message().contains(text));
    }

    private static Holder holder(Run run, int step) {
        return new Holder(run.id(), 1, step);
    }

    private static String name(Run run) {
        return "step " + RepositoryName.of(run.request().url()) + " g";
    }

    private static Pipeline grouped(List<GraphStep> steps, List<Integer> members) {
        return new Pipeline(
                "default",
                "/w",
                GraphStep.pipeline(steps.toArray(GraphStep[]::new)).steps(),
                new Placement(Set.of(), List.of(new Group("g", false, members))));
    }
}
