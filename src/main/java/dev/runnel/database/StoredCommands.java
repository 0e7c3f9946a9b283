package dev.runnel.database;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.runnel.run.CommandRun;
import dev.runnel.run.StepState;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The column `step.commands`: JSON, which escapes every character that a text column refuses.
public final class StoredCommands {
    // half a surrogate pair is no character in UTF-8, but has an escape
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private StoredCommands() {}

    /// The commands of a step as they are stored.
    public static String write(List<CommandRun> commands) {
        try {
            return JSON.writeValueAsString(commands.stream().map(Stored::of).toList());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("commands are always JSON", e);
        }
    }

    /// The stored commands of a step.
    public static List<CommandRun> read(String json) {
        try {
            return Arrays.stream(JSON.readValue(json, Stored[].class))
                    .map(Stored::command)
                    .toList();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("step.commands is not what Runnel writes", e);
        }
    }

    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Stored(
            int number,
            String instruction,
            StepState state,
            @Nullable Integer exitCode,
            @Nullable String startedAt,
            @Nullable String finishedAt) {
        static Stored of(CommandRun command) {
            return new Stored(
                    command.number(),
                    command.instruction(),
                    command.state(),
                    command.exitCode().orElse(null),
                    command.startedAt().map(Instant::toString).orElse(null),
                    command.finishedAt().map(Instant::toString).orElse(null));
        }

        CommandRun command() {
            return new CommandRun(
                    number,
                    instruction,
                    state,
                    Optional.ofNullable(exitCode),
                    Optional.ofNullable(startedAt).map(Instant::parse),
                    Optional.ofNullable(finishedAt).map(Instant::parse));
        }
    }
}
