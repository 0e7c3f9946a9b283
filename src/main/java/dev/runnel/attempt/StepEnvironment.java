package dev.runnel.attempt;

import dev.runnel.exchange.OutputFile;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Step;
import dev.runnel.run.RepositoryName;
import dev.runnel.run.Run;
import dev.runnel.run.RunRequest;
import dev.runnel.run.RunRequest.PullRequest;
import java.util.HashMap;
import java.util.Map;

/// The variables that every command of a step finds in its environment.
public final class StepEnvironment {
    private StepEnvironment() {}

    /// What other steps gave, over that the pipeline's variables, over them the request's and its
    /// secrets, and over those what Runnel itself tells, whose names begin with `RUNNEL_`. `CI` and
    /// the default variables of Bitbucket, whose names begin with `BITBUCKET_`, are there unless
    /// one of the others says otherwise; those of which nothing is known are not there.
    ///
    /// @param given values that other steps gave
    /// @param workspaceSeen where the step finds the workspace
    public static Map<String, String> of(
            Run run,
            Pipeline pipeline,
            Step step,
            int attempt,
            Map<String, String> given,
            String workspaceSeen) {
        Map<String, String> environment = new HashMap<>(usual(run, pipeline, step, attempt));
        environment.put("BITBUCKET_CLONE_DIR", workspaceSeen);
        environment.putAll(variables(run, step, given));
        environment.putAll(run.request().secrets());
        environment.put("RUNNEL_RUN", run.id().toString());
        environment.put("RUNNEL_REPOSITORY", RepositoryName.of(run.request().url()).toString());
        environment.put("RUNNEL_REF", run.request().ref().orElse(""));
        environment.put("RUNNEL_REVISION", run.revision().orElse(""));
        environment.put("RUNNEL_STEP", Integer.toString(step.number()));
        environment.put("RUNNEL_STEP_NAME", step.name());
        environment.put("RUNNEL_ATTEMPT", Integer.toString(attempt));
        String outputs = workspaceSeen + "/" + OutputFile.path(step.number(), attempt);
        environment.put("RUNNEL_OUTPUT", outputs);
        // as Bitbucket Pipelines calls it
        environment.put("BITBUCKET_PIPELINES_VARIABLES_PATH", outputs);
        return environment;
    }

    private static Map<String, String> usual(Run run, Pipeline pipeline, Step step, int attempt) {
        Map<String, String> usual = new HashMap<>();
        RunRequest request = run.request();
        RepositoryName repository = RepositoryName.of(request.url());
        usual.put("CI", "true");
        usual.put("BITBUCKET_PIPELINE_UUID", "{" + run.id() + "}");
        usual.put("BITBUCKET_STEP_RUN_NUMBER", Integer.toString(attempt));
        usual.put("BITBUCKET_REPO_FULL_NAME", repository.toString());
        usual.put("BITBUCKET_REPO_SLUG", repository.name());
        if (!repository.owner().isEmpty()) {
            usual.put("BITBUCKET_WORKSPACE", repository.owner());
            usual.put("BITBUCKET_REPO_OWNER", repository.owner());
        }
        run.revision().ifPresent(revision -> usual.put("BITBUCKET_COMMIT", revision));
        request.pullRequest()
                .map(PullRequest::source)
                .or(pipeline.origin()::branch)
                .ifPresent(branch -> usual.put("BITBUCKET_BRANCH", branch));
        pipeline.origin().tag().ifPresent(tag -> usual.put("BITBUCKET_TAG", tag));
        request.pullRequest()
                .ifPresent(pull -> {
                    usual.put("BITBUCKET_PR_DESTINATION_BRANCH", pull.target());
                    pull.id().ifPresent(id -> usual.put("BITBUCKET_PR_ID", id));
                });
        pipeline.placement()
                .beside(step.number())
                .ifPresent(span -> {
                    int index = step.number() - span.first();
                    usual.put("BITBUCKET_PARALLEL_STEP", Integer.toString(index));
                    usual.put("BITBUCKET_PARALLEL_STEP_COUNT", Integer.toString(span.size()));
                });
        return usual;
    }

    /// What anybody may see of the variables of a step's first attempt: no secrets.
    public static Map<String, String> shown(Run run, Pipeline pipeline, Step step) {
        Map<String, String> environment =
                new HashMap<>(of(run, pipeline, step, 1, Map.of(), pipeline.workspace()));
        run.request().secrets().keySet().forEach(environment::remove);
        return environment;
    }

    /// What other steps, the pipeline and the request say, without Runnel's own.
    ///
    /// @param given values that other steps gave
    public static Map<String, String> variables(Run run, Step step, Map<String, String> given) {
        Map<String, String> variables = new HashMap<>(given);
        variables.putAll(step.setting().environment());
        variables.putAll(run.request().variables());
        return variables;
    }
}
