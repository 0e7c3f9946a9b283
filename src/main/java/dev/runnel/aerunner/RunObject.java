package dev.runnel.aerunner;

import dev.runnel.run.RepositoryName;
import dev.runnel.run.Run;
import dev.runnel.run.StepRun;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A run in the shape of the replaced ae-runner.
///
/// @param runId the run's id
/// @param name owner and name of the repository with a dash between
/// @param status `PENDING`, `IN_PROGRESS`, `SUCCESSFUL`, `FAILED` or `ABORTED`
/// @param commitChanges whether any step commits
/// @param steps empty until the pipeline file is read
public record RunObject(
        String runId, String name, String status, boolean commitChanges, List<StepObject> steps) {
    public RunObject {
        steps = List.copyOf(steps);
    }

    /// The run as it stands, with what its commands printed.
    public static RunObject of(Run run, Outputs outputs) {
        List<StepObject> steps = new ArrayList<>();
        for (StepRun step : run.steps()) {
            steps.add(StepObject.of(run.id(), step, outputs));
        }
        return new RunObject(
                run.id().toString(),
                RepositoryName.of(run.request().url()).dashed(),
                run.state().name(),
                run.steps().stream().anyMatch(StepRun::commit),
                steps);
    }

    /// Names and values as they go over the wire.
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("run_id", runId);
        json.put("name", name);
        json.put("status", status);
        json.put("commit_changes", commitChanges);
        json.put("steps", steps.stream().map(StepObject::toJson).toList());
        return json;
    }
}
