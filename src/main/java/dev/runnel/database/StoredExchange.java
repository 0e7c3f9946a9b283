package dev.runnel.database;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.runnel.run.StepRun;
import dev.runnel.run.StepRun.Origin;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The column `step.exchange`: what a step gives to others, and of what it is a part; null when
/// neither. JSON, which escapes every character that a text column refuses.
///
/// @param outputs values of variables by name
/// @param parent number of the step that became several
/// @param index its place among them, from 0
/// @param item what it runs for
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StoredExchange(
        @Nullable Map<String, String> outputs,
        @Nullable Integer parent,
        @Nullable Integer index,
        @Nullable String item) {
    private static final StoredExchange NOTHING = new StoredExchange(null, null, null, null);
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    /// What is stored of a step.
    public static @Nullable String write(StepRun step) {
        if (step.outputs().isEmpty() && step.origin().isEmpty()) {
            return null;
        }
        StoredExchange stored =
                new StoredExchange(
                        step.outputs().isEmpty() ? null : new TreeMap<>(step.outputs()),
                        step.origin().map(Origin::parent).orElse(null),
                        step.origin().map(Origin::index).orElse(null),
                        step.origin().map(Origin::item).orElse(null));
        try {
            return JSON.writeValueAsString(stored);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts and numbers are always JSON", e);
        }
    }

    /// What was stored.
    public static StoredExchange read(@Nullable String json) {
        if (json == null) {
            return NOTHING;
        }
        try {
            return JSON.readValue(json, StoredExchange.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("step.exchange is not what Runnel writes", e);
        }
    }

    /// What the step gives to others.
    public Map<String, String> values() {
        return outputs == null ? Map.of() : outputs;
    }

    /// Of what the step is a part.
    public Optional<Origin> origin() {
        return parent == null || index == null || item == null
                ? Optional.empty()
                : Optional.of(new Origin(parent, index, item));
    }
}
