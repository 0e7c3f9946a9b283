package dev.runnel.driver;

import static dev.runnel.driver.GraphFixture.control;
import static dev.runnel.driver.GraphFixture.requested;
import static dev.runnel.driver.GraphStep.step;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.artifact.ArtifactLimits;
import dev.runnel.artifact.directory.DirectoryArtifactStore;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.ProgressMade;
import dev.runnel.run.RunRequest;
import dev.runnel.run.RunState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What one run leaves in a cache, and what another finds.
@Timeout(20)
class StepCachesTest {
    @TempDir Path folder;

    private GraphFixture graph;

    @BeforeEach
    void fixture() {
        graph = new GraphFixture(folder, 10);
    }

    @Test
    void aLaterRunFindsWhatASuccessfulStepLeft() throws Exception {
        assertThat(lines(step("show-cache", "cache one").cache("m", "~/.m2")))
                .containsExactly("nothing");
        assertThat(lines(step("show-cache", "cache two").cache("m", "~/.m2")))
                .containsExactly("one");
        assertThat(lines(step("show-cache").cache("m", "~/.m2"))).containsExactly("two");
        assertThat(lines(step("show-cache").cache("other", "~/.m2"))).containsExactly("nothing");
        assertThat(lines(step("show-cache"))).containsExactly("no cache");
    }

    @Test
    void aFailedStepLeavesTheCacheAsItWas() throws Exception {
        graph.drive(step("cache good").cache("m", "/cache"));
        graph.drive(step("cache bad", "exit 1").cache("m", "/cache"));
        assertThat(lines(step("show-cache").cache("m", "/cache"))).containsExactly("good");
    }

    @Test
    void keyFilesTellVersionsApartAsTheyWereBeforeTheScript() throws Exception {
        GraphStep first = step("append a", "cache one").cache("m", "/cache", "appended");
        graph.drive(first);
        // the key file was not there when that step began
        assertThat(lines(step("show-cache").cache("m", "/cache", "appended")))
                .containsExactly("one");
        assertThat(
                        lines(
                                step("append a"),
                                step("show-cache", "cache two")
                                        .needs(1)
                                        .cache("m", "/cache", "appended")))
                .containsExactly("nothing");
        assertThat(
                        lines(
                                step("append a"),
                                step("show-cache", "cache three")
                                        .needs(1)
                                        .cache("m", "/cache", "appended")))
                .containsExactly("two");
        assertThat(
                        lines(
                                step("append a"),
                                step("show-cache").needs(1).cache("m", "/cache", "appended")))
                .containsExactly("two");
    }

    @Test
    void repositoriesDoNotShareCaches() throws Exception {
        graph.drive(step("cache mine").cache("m", "/cache"));
        Run other =
                graph.drive(
                        requested(RunRequest.of("other")),
                        GraphStep.pipeline(step("show-cache").cache("m", "/cache")),
                        control());
        assertThat(graph.lines(other)).containsExactly("nothing");
    }

    @Test
    void aCacheThatIsTooLargeIsToldOfAndFailsNothing() throws Exception {
        graph.artifacts =
                new DirectoryArtifactStore(
                        folder.resolve("small"), new ArtifactLimits(3, 9, 99), Clock.systemUTC());
        Run run = graph.drive(step("cache large").cache("m", "/cache"));
        assertThat(run.state()).isEqualTo(RunState.SUCCESSFUL);
        assertThat(graph.events(run.id()))
                .anyMatch(event ->
                        event instanceof ProgressMade progress
                                && progress.message().startsWith("the cache m is not kept"));
    }

    @Test
    void nothingIsLeftBesideTheWorkspaces() throws Exception {
        graph.drive(step("cache one").cache("m", "/cache"), step("cache two").cache("n", "/n"));
        try (Stream<Path> left = Files.list(folder.resolve("workspaces"))) {
            assertThat(left).isEmpty();
        }
    }

    private List<String> lines(GraphStep... steps) throws InterruptedException {
        return graph.lines(graph.drive(steps));
    }
}
