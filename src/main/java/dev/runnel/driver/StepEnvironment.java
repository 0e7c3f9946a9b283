package dev.runnel.driver;

import dev.runnel.pipeline.Step;
import dev.runnel.run.RepositoryName;
import dev.runnel.run.Run;
import java.util.HashMap;
import java.util.Map;

/// The variables that every command of a step finds in its environment.
final class StepEnvironment {
    private StepEnvironment() {}

    /// The request's variables and secrets, and what Runnel itself tells: `CI`, `RUNNEL_RUN`,
    /// `RUNNEL_REPOSITORY`, `RUNNEL_REF`, `RUNNEL_REVISION`, `RUNNEL_STEP`, `RUNNEL_STEP_NAME`,
    /// `RUNNEL_ATTEMPT`. Runnel's own cannot be replaced by a request; `CI` can.
    static Map<String, String> of(Run run, Step step, int attempt) {
        Map<String, String> environment = new HashMap<>();
        environment.put("CI", "true");
        environment.putAll(run.request().variables());
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
}
