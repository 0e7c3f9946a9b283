package dev.runnel.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.pipeline.Image;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Pipeline.Origin;
import dev.runnel.pipeline.Placement;
import dev.runnel.pipeline.Step;
import dev.runnel.run.Callbacks;
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import dev.runnel.run.RunRequest;
import dev.runnel.run.RunRequest.PullRequest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class StepEnvironmentTest {
    private static final Instant NOW = Instant.parse("2026-05-06T07:08:09Z");
    private static final RunRequest REQUEST = RunRequest.of("https://git.example/team/job.git");
    private static final Step STEP = step(1);

    @Test
    void aStepOfAPullRequestFindsWhatIsKnownOfIt() {
        RunRequest request = REQUEST.with(new PullRequest(Optional.of("42"), "fix/x", "main"));
        assertThat(of(request, new Origin(Optional.of("other"), Optional.empty())))
                .containsEntry("BITBUCKET_PR_ID", "42")
                .containsEntry("BITBUCKET_PR_DESTINATION_BRANCH", "main")
                .containsEntry("BITBUCKET_BRANCH", "fix/x")
                .doesNotContainKey("BITBUCKET_TAG");
    }

    @Test
    void aTagHasNoBranchAndWhatIsNotKnownIsNotThere() {
        assertThat(of(REQUEST, new Origin(Optional.empty(), Optional.of("v1"))))
                .containsEntry("BITBUCKET_TAG", "v1")
                .containsEntry("BITBUCKET_WORKSPACE", "team")
                .containsEntry("BITBUCKET_REPO_SLUG", "job")
                .doesNotContainKeys(
                        "BITBUCKET_BRANCH",
                        "BITBUCKET_COMMIT",
                        "BITBUCKET_PR_ID",
                        "BITBUCKET_PR_DESTINATION_BRANCH",
                        "BITBUCKET_PARALLEL_STEP",
                        "BITBUCKET_BUILD_NUMBER");
    }

    @Test
    void stepsThatRunAtTheSameTimeAreCountedFromNought() {
        Placement placement = new Placement(Set.of(), List.of(), List.of(new Placement.Span(2, 4)));
        Pipeline pipeline =
                new Pipeline(
                        "default", "/w", List.of(step(1), step(2), step(3), step(4)), placement);
        assertThat(StepEnvironment.of(run(REQUEST), pipeline, step(3), 1, Map.of(), "/w"))
                .containsEntry("BITBUCKET_PARALLEL_STEP", "1")
                .containsEntry("BITBUCKET_PARALLEL_STEP_COUNT", "3");
    }

    @Test
    void theRequestGoesBeforeBitbucketsNamesAndRunnelsOwnBeforeTheRequest() {
        RunRequest request =
                new RunRequest(
                        REQUEST.url(),
                        Optional.empty(),
                        Optional.empty(),
                        Map.of("BITBUCKET_BRANCH", "mine", "CI", "no", "RUNNEL_STEP", "9"),
                        Callbacks.NONE);
        assertThat(of(request, new Origin(Optional.of("main"), Optional.empty())))
                .containsEntry("BITBUCKET_BRANCH", "mine")
                .containsEntry("CI", "no")
                .containsEntry("RUNNEL_STEP", "1");
    }

    @Test
    void secretsAreNotShown() {
        RunRequest request = REQUEST.withSecrets(Map.of("TOKEN", "open-sesame"));
        Pipeline pipeline = new Pipeline("default", "/w", List.of(STEP));
        assertThat(StepEnvironment.of(run(request), pipeline, STEP, 1, Map.of(), "/w"))
                .containsKey("TOKEN");
        assertThat(StepEnvironment.shown(run(request), pipeline, STEP)).doesNotContainKey("TOKEN");
    }

    private static Map<String, String> of(RunRequest request, Origin origin) {
        Pipeline pipeline = new Pipeline("default", "/w", List.of(STEP)).from(origin);
        return StepEnvironment.of(run(request), pipeline, STEP, 1, Map.of(), "/w");
    }

    private static Run run(RunRequest request) {
        return Run.requested(RunId.at(NOW, RandomGenerator.getDefault()), request, NOW);
    }

    private static Step step(int number) {
        return new Step(number, "step " + number, new Image("alpine"), List.of("x"), false);
    }
}
