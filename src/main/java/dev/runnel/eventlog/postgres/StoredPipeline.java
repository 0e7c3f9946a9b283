package dev.runnel.eventlog.postgres;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.runnel.pipeline.Attempts;
import dev.runnel.pipeline.Attempts.Retry;
import dev.runnel.pipeline.Flow;
import dev.runnel.pipeline.Flow.Changes;
import dev.runnel.pipeline.Flow.Condition;
import dev.runnel.pipeline.Image;
import dev.runnel.pipeline.Image.Login;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Setting;
import dev.runnel.pipeline.Setting.Folder;
import dev.runnel.pipeline.Setting.Job;
import dev.runnel.pipeline.Setting.Resources;
import dev.runnel.pipeline.Sidecar;
import dev.runnel.pipeline.Step;
import dev.runnel.pipeline.Storage;
import dev.runnel.pipeline.Storage.Cache;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.IntStream;

/// A pipeline as the log holds it: fields of a JSON object. What a step says nothing of is not
/// there, and what an older Runnel did not know is read as not said; its steps ran one after
/// another.
final class StoredPipeline {
    private StoredPipeline() {}

    static void write(JsonGenerator out, Pipeline pipeline) throws IOException {
        out.writeStringField("name", pipeline.name());
        out.writeStringField("workspace", pipeline.workspace());
        if (pipeline.history() > 1) {
            out.writeNumberField("history", pipeline.history());
        }
        out.writeArrayFieldStart("steps");
        for (Step step : pipeline.steps()) {
            out.writeStartObject();
            out.writeStringField("name", step.name());
            write(out, step.image());
            texts(out, "script", step.script());
            out.writeBooleanField("commit", step.commit());
            write(out, step.flow());
            write(out, step.attempts());
            write(out, step.setting());
            for (Sidecar sidecar : first(out, "sidecars", step.sidecars())) {
                write(out, sidecar);
            }
            last(out, step.sidecars());
            write(out, step.storage());
            StoredExchange.write(out, step.exchange());
            out.writeEndObject();
        }
        out.writeEndArray();
        StoredPlacement.write(out, pipeline);
    }

    static Pipeline of(JsonNode json) {
        List<Step> steps = new ArrayList<>();
        for (JsonNode step : json.required("steps")) {
            steps.add(step(steps.size() + 1, step));
        }
        return new Pipeline(
                text(json, "name"),
                text(json, "workspace"),
                steps,
                json.path("history").asInt(1),
                StoredPlacement.placement(json),
                StoredPlacement.origin(json));
    }

    private static Step step(int number, JsonNode json) {
        Step plain =
                new Step(
                        number,
                        text(json, "name"),
                        image(json),
                        texts(json, "script"),
                        json.required("commit").booleanValue());
        return new Step(
                number,
                plain.name(),
                plain.image(),
                plain.script(),
                plain.commit(),
                flow(json, plain.flow()),
                attempts(json),
                setting(json),
                objects(json, "sidecars").stream().map(StoredPipeline::sidecar).toList(),
                storage(json),
                StoredExchange.of(json));
    }

    private static void write(JsonGenerator out, Image image) throws IOException {
        out.writeStringField("image", image.reference());
        if (image.login().isPresent()) {
            out.writeObjectFieldStart("login");
            out.writeStringField("username", image.login().get().username());
            out.writeStringField("password", image.login().get().password());
            out.writeEndObject();
        }
    }

    private static Image image(JsonNode json) {
        return new Image(
                text(json, "image"),
                object(json, "login")
                        .map(login -> new Login(text(login, "username"), text(login, "password"))));
    }

    private static void write(JsonGenerator out, Flow flow) throws IOException {
        numbers(out, "needs", flow.needs());
        if (flow.condition().isPresent()) {
            out.writeObjectFieldStart("if");
            optional(out, "expression", flow.condition().get().expression());
            if (flow.condition().get().changes().isPresent()) {
                Changes changes = flow.condition().get().changes().get();
                out.writeObjectFieldStart("changes");
                texts(out, "include", changes.include());
                texts(out, "exclude", changes.exclude());
                out.writeEndObject();
            }
            out.writeEndObject();
        }
        flag(out, "always", flow.always());
        flag(out, "manual", flow.manual());
        flag(out, "allowFailure", flow.allowFailure());
        if (!flow.stops().isEmpty()) {
            numbers(out, "stops", flow.stops());
        }
    }

    private static Flow flow(JsonNode json, Flow older) {
        Optional<Condition> condition =
                object(json, "if")
                        .map(found ->
                                new Condition(
                                        optionalText(found, "expression"),
                                        object(found, "changes")
                                                .map(changes ->
                                                        new Changes(
                                                                texts(changes, "include"),
                                                                texts(changes, "exclude")))));
        return new Flow(
                json.has("needs") ? numbers(json, "needs") : older.needs(),
                condition,
                json.has("always"),
                json.has("manual"),
                json.has("allowFailure"),
                numbers(json, "stops"));
    }

    private static void write(JsonGenerator out, Attempts attempts) throws IOException {
        if (attempts.retry().isPresent()) {
            Retry retry = attempts.retry().get();
            out.writeObjectFieldStart("retry");
            out.writeNumberField("times", retry.times());
            out.writeNumberField("delay", retry.delay().toMillis());
            out.writeNumberField("factor", retry.factor());
            texts(out, "reasons", retry.reasons().stream().sorted().toList());
            out.writeEndObject();
        }
        millis(out, "timeout", attempts.timeout());
        millis(out, "commandTimeout", attempts.commandTimeout());
    }

    private static Attempts attempts(JsonNode json) {
        Optional<Retry> retry =
                object(json, "retry")
                        .map(found ->
                                new Retry(
                                        found.required("times").intValue(),
                                        Duration.ofMillis(found.required("delay").longValue()),
                                        found.required("factor").doubleValue(),
                                        new HashSet<>(texts(found, "reasons"))));
        return new Attempts(retry, millis(json, "timeout"), millis(json, "commandTimeout"));
    }

    private static void write(JsonGenerator out, Setting setting) throws IOException {
        variables(out, setting.environment());
        optional(out, "workdir", setting.workdir());
        optional(out, "shell", setting.shell());
        optional(out, "user", setting.user());
        optional(out, "network", setting.network());
        memory(out, setting.resources().memoryBytes());
        if (setting.resources().cpus().isPresent()) {
            out.writeNumberField("cpus", setting.resources().cpus().getAsDouble());
        }
        if (setting.resources().processes().isPresent()) {
            out.writeNumberField("processes", setting.resources().processes().getAsInt());
        }
        texts(out, "afterScript", setting.afterScript());
        if (setting.job().isPresent()) {
            out.writeObjectFieldStart("job");
            texts(out, "command", setting.job().get().command());
            texts(out, "arguments", setting.job().get().arguments());
            out.writeEndObject();
        }
        flag(out, "isolated", setting.isolated());
        flag(out, "empty", setting.folder() == Folder.EMPTY);
    }

    private static Setting setting(JsonNode json) {
        return new Setting(
                variables(json),
                optionalText(json, "workdir"),
                optionalText(json, "shell"),
                optionalText(json, "user"),
                optionalText(json, "network"),
                new Resources(
                        memory(json),
                        json.has("cpus")
                                ? OptionalDouble.of(json.get("cpus").doubleValue())
                                : OptionalDouble.empty(),
                        json.has("processes")
                                ? OptionalInt.of(json.get("processes").intValue())
                                : OptionalInt.empty()),
                texts(json, "afterScript"),
                object(json, "job")
                        .map(job -> new Job(texts(job, "command"), texts(job, "arguments"))),
                json.has("empty")
                        ? Folder.EMPTY
                        : json.has("isolated") ? Folder.COPY : Folder.SHARED);
    }

    private static void write(JsonGenerator out, Sidecar sidecar) throws IOException {
        out.writeStartObject();
        out.writeStringField("name", sidecar.name());
        write(out, sidecar.image());
        variables(out, sidecar.environment());
        memory(out, sidecar.memoryBytes());
        optional(out, "ready", sidecar.ready());
        millis(out, "patience", Optional.of(sidecar.patience()));
        out.writeEndObject();
    }

    private static Sidecar sidecar(JsonNode json) {
        return new Sidecar(
                text(json, "name"),
                image(json),
                variables(json),
                memory(json),
                optionalText(json, "ready"),
                millis(json, "patience").orElseThrow());
    }

    private static void write(JsonGenerator out, Storage storage) throws IOException {
        texts(out, "artifacts", storage.artifacts());
        flag(out, "withoutArtifacts", !storage.download());
        for (Cache cache : first(out, "caches", storage.caches())) {
            out.writeStartObject();
            out.writeStringField("name", cache.name());
            out.writeStringField("path", cache.path());
            texts(out, "keyFiles", cache.keyFiles());
            out.writeEndObject();
        }
        last(out, storage.caches());
    }

    private static Storage storage(JsonNode json) {
        return new Storage(
                texts(json, "artifacts"),
                !json.has("withoutArtifacts"),
                objects(json, "caches").stream()
                        .map(cache ->
                                new Cache(
                                        text(cache, "name"),
                                        text(cache, "path"),
                                        texts(cache, "keyFiles")))
                        .toList());
    }

    static <T> Collection<T> first(JsonGenerator out, String field, List<T> values)
            throws IOException {
        if (!values.isEmpty()) {
            out.writeArrayFieldStart(field);
        }
        return values;
    }

    static void last(JsonGenerator out, List<?> values) throws IOException {
        if (!values.isEmpty()) {
            out.writeEndArray();
        }
    }

    static void texts(JsonGenerator out, String field, List<String> values) throws IOException {
        for (String value : first(out, field, values)) {
            out.writeString(value);
        }
        last(out, values);
    }

    // always there: without it a step waits for the one before
    static void numbers(JsonGenerator out, String field, List<Integer> values) throws IOException {
        out.writeFieldName(field);
        out.writeArray(values.stream().mapToInt(value -> value).toArray(), 0, values.size());
    }

    private static void variables(JsonGenerator out, Map<String, String> values)
            throws IOException {
        if (!values.isEmpty()) {
            out.writeObjectFieldStart("environment");
            for (Map.Entry<String, String> value : new TreeMap<>(values).entrySet()) {
                out.writeStringField(value.getKey(), value.getValue());
            }
            out.writeEndObject();
        }
    }

    static void optional(JsonGenerator out, String field, Optional<String> value)
            throws IOException {
        if (value.isPresent()) {
            out.writeStringField(field, value.get());
        }
    }

    private static void flag(JsonGenerator out, String field, boolean value) throws IOException {
        if (value) {
            out.writeBooleanField(field, true);
        }
    }

    private static void millis(JsonGenerator out, String field, Optional<Duration> value)
            throws IOException {
        if (value.isPresent()) {
            out.writeNumberField(field, value.get().toMillis());
        }
    }

    private static void memory(JsonGenerator out, OptionalLong bytes) throws IOException {
        if (bytes.isPresent()) {
            out.writeNumberField("memory", bytes.getAsLong());
        }
    }

    static String text(JsonNode json, String field) {
        return json.required(field).textValue();
    }

    static Optional<String> optionalText(JsonNode json, String field) {
        return object(json, field).map(JsonNode::textValue);
    }

    private static Optional<JsonNode> object(JsonNode json, String field) {
        return Optional.ofNullable(json.get(field));
    }

    static List<JsonNode> objects(JsonNode json, String field) {
        return json.path(field).valueStream().toList();
    }

    static List<String> texts(JsonNode json, String field) {
        return json.path(field).valueStream().map(JsonNode::textValue).toList();
    }

    static List<Integer> numbers(JsonNode json, String field) {
        JsonNode found = json.path(field);
        return IntStream.range(0, found.size())
                .map(at -> found.get(at).intValue())
                .boxed()
                .toList();
    }

    private static Map<String, String> variables(JsonNode json) {
        Map<String, String> values = new TreeMap<>();
        json.path("environment")
                .propertyStream()
                .forEach(entry -> values.put(entry.getKey(), entry.getValue().textValue()));
        return values;
    }

    private static Optional<Duration> millis(JsonNode json, String field) {
        return object(json, field).map(found -> Duration.ofMillis(found.longValue()));
    }

    private static OptionalLong memory(JsonNode json) {
        return json.has("memory")
                ? OptionalLong.of(json.get("memory").longValue())
                : OptionalLong.empty();
    }
}
