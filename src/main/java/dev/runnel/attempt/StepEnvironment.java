package dev.runnel.attempt;

import dev.runnel.pipeline.Step;
import dev.runnel.run.RepositoryName;
import dev.runnel.run.Run;
import java.util.HashMap;
import java.util.Map;

/// The variables that every command of a step finds in its environment.
public final class StepEnvironment {
    private StepEnvironment() {}

    /// The pipeline's variables, over them the request's and its secrets, and over those what
    /// Runnel itself tells: `RUNNEL_RUN`, `RUNNEL_REPOSITORY`, `RUNNEL_REF`, `RUNNEL_REVISION`,
    /// `RUNNEL_STEP`, `RUNNEL_STEP_NAME`, `RUNNEL_ATTEMPT`. `CI` is `true` unless one of the others
    /// says otherwise.
    public static Map<String, String> of(Run run, Step step, int attempt) {
        Map<String, String> environment = new HashMap<>();
        environment.put("CI", "true");
        environment.putAll(variables(run, step));
        environment.putAll(run.request().secrets());
        environment.put("RUNNEL_RUN", run.id().toString());
        environment.put("RUNNEL_REPOSITORY", RepositoryName.of(run.request().url()).toString());
        environment.put("RUNNEL_REF", run.request().ref().orElse(""));
        environment.put("RUNNEL_REVISION", run.revision().orElse(""));
        environment.put("RUNNEL_STEP", Integer.toString(step.number()));
        environment.put("RUNNEL_STEP_NAME", step.name());
        environment.put("RUNNEL_ATTEMPT", Integer.toString(attempt));
        return environment;
    }

    /// What anybody may see of the variables of a step's first attempt: no secrets.
    public static Map<String, String> shown(Run run, Step step) {
        Map<String, String> environment = new HashMap<>(of(run, step, 1));
        run.request().secrets().keySet().forEach(environment::remove);
        return environment;
    }

    /// What the pipeline and the request say, without Runnel's own.
    public static Map<String, String> variables(Run run, Step step) {
        Map<String, String> variables = new HashMap<>(step.setting().environment());
        variables.putAll(run.request().variables());
        return variables;
    }
}
