package dev.runnel.driver;

import static dev.runnel.driver.GraphFixture.requested;
import static dev.runnel.driver.GraphStep.step;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.artifact.Artifact;
import dev.runnel.artifact.ArtifactLimits;
import dev.runnel.artifact.ArtifactOwner.OfStep;
import dev.runnel.artifact.directory.DirectoryArtifactStore;
import dev.runnel.run.Reason;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.Activity;
import dev.runnel.run.RunEvent.ProgressMade;
import dev.runnel.run.RunState;
import dev.runnel.run.StepState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What steps leave behind, and what later ones find of it.
@Timeout(20)
class StepFilesTest {
    @TempDir Path folder;

    private GraphFixture graph;

    @BeforeEach
    void fixture() {
        graph = new GraphFixture(folder, 10);
    }

    @Test
    void whatMatchesIsStoredWithTheRunAndPatternsWithoutAFileAreToldOf() throws Exception {
        Run run = graph.drive(step("append one").artifacts("app*", "none/**"));
        assertThat(stored(run, 1)).containsExactly("appended");
        assertThat(told(run))
                .containsExactly("no file matches `none/**`", "stored 1 files, 4 bytes");
    }

    @Test
    void aFailedStepsFilesAreStoredToo() throws Exception {
        Run run = graph.drive(step("append one", "exit 3").artifacts("appended"));
        assertThat(run.state()).isEqualTo(RunState.FAILED);
        assertThat(stored(run, 1)).containsExactly("appended");
    }

    @Test
    void nothingOfTheRepositoryItselfIsStored() throws Exception {
        Run run = graph.drive(step("append one").artifacts("**"));
        assertThat(stored(run, 1)).contains("appended").noneMatch(path -> path.startsWith(".git/"));
    }

    @Test
    void aStepWhoseFilesAreTooManyFails() throws Exception {
        graph.artifacts =
                new DirectoryArtifactStore(
                        folder.resolve("small"), new ArtifactLimits(3, 9, 99), Clock.systemUTC());
        Run run = graph.drive(step("append one").artifacts("**/appended"), step("print b"));
        assertThat(run.step(1).state()).isEqualTo(StepState.FAILED);
        assertThat(run.step(1).reason()).contains(Reason.ARTIFACTS_NOT_STORED);
        assertThat(run.step(2).state()).isEqualTo(StepState.SUCCESSFUL);
    }

    @Test
    void aStepWhoseFilesHaveNoPlaceFails() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "in the way");
        graph.artifacts =
                new DirectoryArtifactStore(file, new ArtifactLimits(99, 9, 99), Clock.systemUTC());
        Run run = graph.drive(step("append one").artifacts("appended"));
        assertThat(run.step(1).reason()).contains(Reason.ARTIFACTS_NOT_STORED);
    }

    @Test
    void anIsolatedStepHandsOnItsArtifactsAndNothingElse() throws Exception {
        Run with =
                graph.drive(
                        step("append one").isolated().artifacts("appended"), step("show").needs(1));
        assertThat(graph.lines(with)).containsExactly("one");
        Run without = graph.drive(step("append one").isolated(), step("show").needs(1));
        assertThat(graph.lines(without)).containsExactly("nothing");
        Run unwanted =
                graph.drive(
                        step("append one").isolated().artifacts("appended"),
                        step("show").needs(1).withoutDownload());
        assertThat(graph.lines(unwanted)).containsExactly("nothing");
        Run unrelated =
                graph.drive(step("append one").isolated().artifacts("appended"), step("show"));
        assertThat(graph.lines(unrelated)).containsExactly("nothing");
    }

    @Test
    void anIsolatedStepFindsWhatAnotherOneLeft() throws Exception {
        Run run =
                graph.drive(
                        step("append one").isolated().artifacts("appended"),
                        step("append two").isolated().needs(1).artifacts("appended"),
                        step("show").isolated().needs(2));
        assertThat(graph.lines(run)).containsExactly("one,two");
    }

    @Test
    void aStepWithoutTheCodeFindsArtifactsAndNothingElse() throws Exception {
        Run run =
                graph.drive(
                        step("append one").artifacts("appended"),
                        step("show").withoutCode().needs(1),
                        step("append three").withoutCode().needs(1).artifacts("appended"),
                        step("show").needs(3));
        assertThat(graph.lines(run)).containsExactly("one", "one,three");
        Run without = graph.drive(step("append one"), step("show").withoutCode().needs(1));
        assertThat(graph.lines(without)).containsExactly("nothing");
    }

    @Test
    void whatAStepMadeOfAnArtifactIsNotOverwritten() throws Exception {
        Run run =
                graph.drive(
                        step("append one").isolated().artifacts("appended"),
                        step("append two").needs(1),
                        step("show").needs(1, 2));
        assertThat(graph.lines(run)).containsExactly("one,two");
    }

    @Test
    void aStepThatNeedsArtifactsWhichAreGoneFails() throws Exception {
        Run run = requested();
        CompletableFuture<Run> driven =
                graph.driving(
                        run,
                        GraphStep.pipeline(
                                step("append one").isolated().artifacts("appended"),
                                step("print started", "hang").isolated().needs(1),
                                step("print never").isolated().needs(2)),
                        GraphFixture.control());
        graph.awaitLine(run, "started");
        graph.artifacts.delete(run.id());
        graph.executor.endHanging();
        Run ended = driven.get(10, TimeUnit.SECONDS);
        assertThat(ended.step(3).reason()).contains(Reason.ARTIFACTS_UNAVAILABLE);
        assertThat(ended.step(3).message().orElseThrow()).contains("step 1", "(any more)");
    }

    private List<String> stored(Run run, int step) {
        Optional<List<Artifact>> artifacts = graph.artifacts.list(new OfStep(run.id(), step));
        return artifacts.orElseThrow().stream().map(Artifact::path).toList();
    }

    private List<String> told(Run run) {
        return graph.events(run.id()).stream()
                .filter(ProgressMade.class::isInstance)
                .map(ProgressMade.class::cast)
                .filter(progress -> progress.activity() == Activity.ARTIFACTS)
                .map(ProgressMade::message)
                .toList();
    }
}
