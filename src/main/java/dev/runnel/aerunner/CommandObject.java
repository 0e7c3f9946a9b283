package dev.runnel.aerunner;

import dev.runnel.run.CommandRun;
import dev.runnel.run.RunId;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// A command in the shape of the replaced ae-runner.
///
/// @param cmdId the same for the same command of the same run, always
/// @param stepId the id of its step
/// @param cmdNo from 1
/// @param instruction the text that the shell evaluates
/// @param output a string per line, with its line end
public record CommandObject(
        String cmdId, String stepId, int cmdNo, String instruction, List<String> output) {
    public CommandObject {
        output = List.copyOf(output);
    }

    /// The command as it stands, with what it printed.
    ///
    /// @param step number of its step
    public static CommandObject of(RunId run, int step, CommandRun command, Outputs outputs) {
        return new CommandObject(
                idOf(run, step, command.number()),
                StepObject.idOf(run, step),
                command.number(),
                command.instruction(),
                outputs.of(step, command.number()));
    }

    /// Names and values as they go over the wire.
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("cmd_id", cmdId);
        json.put("step_id", stepId);
        json.put("cmd_no", cmdNo);
        json.put("instruction", instruction);
        json.put("output", output);
        return json;
    }

    private static String idOf(RunId run, int step, int command) {
        return UUID.nameUUIDFromBytes(
                        (run + "/" + step + "/" + command).getBytes(StandardCharsets.US_ASCII))
                .toString();
    }
}
