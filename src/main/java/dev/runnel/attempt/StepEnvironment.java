package dev.runnel.attempt;

import dev.runnel.pipeline.Step;
import dev.runnel.run.RepositoryName;
import dev.runnel.run.Run;
import java.util.HashMap;
import java.util.Map;

/// The variables that every command of a step finds in its environment.
public final class StepEnvironment {
    private StepEnvironment() {}

    /// What other steps gave, over that the pipeline's variables, over them the request's and its
    /// secrets, and over those what Runnel itself tells: `RUNNEL_RUN`, `RUNNEL_REPOSITORY`,
    /// `RUNNEL_REF`, `RUNNEL_REVISION`, `RUNNEL_STEP`, `RUNNEL_STEP_NAME`, `RUNNEL_ATTEMPT`,
    /// `RUNNEL_OUTPUT`. `CI` is `true` unless one of the others says otherwise.
    ///
    /// @param given values that other steps gave
    /// @param outputs where the step finds the file for what it gives itself
    public static Map<String, String> of(
            Run run, Step step, int attempt, Map<String, String> given, String outputs) {
        Map<String, String> environment = new HashMap<>();
        environment.put("CI", "true");
        environment.putAll(variables(run, step, given));
        environment.putAll(run.request().secrets());
        environment.put("RUNNEL_RUN", run.id().toString());
        environment.put("RUNNEL_REPOSITORY", RepositoryName.of(run.request().url()).toString());
        environment.put("RUNNEL_REF", run.request().ref().orElse(""));
        environment.put("RUNNEL_REVISION", run.revision().orElse(""));
        environment.put("RUNNEL_STEP", Integer.toString(step.number()));
        environment.put("RUNNEL_STEP_NAME", step.name());
        environment.put("RUNNEL_ATTEMPT", Integer.toString(attempt));
        environment.put("RUNNEL_OUTPUT", outputs);
        // as Bitbucket Pipelines calls it
        environment.put("BITBUCKET_PIPELINES_VARIABLES_PATH", outputs);
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
