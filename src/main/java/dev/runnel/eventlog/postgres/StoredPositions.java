package dev.runnel.eventlog.postgres;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.runnel.eventlog.EventLog.StepAttempt;
import dev.runnel.eventlog.EventLog.StepPosition;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/// The column `run.positions`: a JSON array with six numbers for each attempt in progress, namely
/// step, attempt, bytes and command of standard output, bytes and command of standard error.
final class StoredPositions {
    private static final JsonMapper JSON = new JsonMapper();

    private StoredPositions() {}

    static String write(Map<StepAttempt, StepPosition> positions) {
        return positions.entrySet().stream()
                .map(entry -> write(entry.getKey(), entry.getValue()))
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static String write(StepAttempt attempt, StepPosition position) {
        return "["
                + attempt.step()
                + ","
                + attempt.attempt()
                + ","
                + position.stdout()
                + ","
                + position.stdoutCommand()
                + ","
                + position.stderr()
                + ","
                + position.stderrCommand()
                + "]";
    }

    static Map<StepAttempt, StepPosition> read(String json) {
        try {
            Map<StepAttempt, StepPosition> positions = new HashMap<>();
            for (long[] row : JSON.readValue(json, long[][].class)) {
                positions.put(
                        new StepAttempt((int) row[0], (int) row[1]),
                        new StepPosition(row[2], (int) row[3], row[4], (int) row[5]));
            }
            return positions;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("run.positions is not what Runnel writes", e);
        }
    }
}
