package dev.runnel.aerunner;

import dev.runnel.run.CommandRun;
import dev.runnel.run.RunId;
import dev.runnel.run.StepRun;
import dev.runnel.run.StepState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// A step in the shape of the replaced ae-runner.
///
/// @param stepId the same for the same step of the same run, always
/// @param runId the run's id
/// @param stepNo from 1
/// @param status as of a run; a step that was skipped counts as `ABORTED`
/// @param commitChanges whether the step commits
/// @param script the commands in order
public record StepObject(
        String stepId,
        String runId,
        int stepNo,
        String name,
        String image,
        String status,
        boolean commitChanges,
        List<CommandObject> script) {
    public StepObject {
        script = List.copyOf(script);
    }

    /// The step as it stands, with what its commands printed.
    public static StepObject of(RunId run, StepRun step, Outputs outputs) {
        List<CommandObject> script = new ArrayList<>();
        for (CommandRun command : step.commands()) {
            script.add(CommandObject.of(run, step.number(), command, outputs));
        }
        return new StepObject(
                idOf(run, step.number()),
                run.toString(),
                step.number(),
                step.name(),
                step.image(),
                status(step.state()),
                step.commit(),
                script);
    }

    /// Names and values as they go over the wire.
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("step_id", stepId);
        json.put("run_id", runId);
        json.put("step_no", stepNo);
        json.put("name", name);
        json.put("image", image);
        json.put("status", status);
        json.put("commit_changes", commitChanges);
        json.put("script", script.stream().map(CommandObject::toJson).toList());
        return json;
    }

    static String idOf(RunId run, int step) {
        return UUID.nameUUIDFromBytes((run + "/" + step).getBytes(StandardCharsets.US_ASCII))
                .toString();
    }

    private static String status(StepState state) {
        return switch (state) {
            case PENDING, IN_PROGRESS, SUCCESSFUL, FAILED, ABORTED -> state.name();
            case SKIPPED -> StepState.ABORTED.name();
        };
    }
}
