package dev.runnel.eventlog.postgres;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.runnel.pipeline.Problem;
import dev.runnel.run.Reason;
import dev.runnel.run.RunEvent;
import dev.runnel.run.RunEvent.Activity;
import dev.runnel.run.RunEvent.CommandFinished;
import dev.runnel.run.RunEvent.CommandStarted;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunEvent.PipelineRead;
import dev.runnel.run.RunEvent.ProblemFound;
import dev.runnel.run.RunEvent.ProgressMade;
import dev.runnel.run.RunEvent.ResultPushed;
import dev.runnel.run.RunEvent.RunEnded;
import dev.runnel.run.RunEvent.RunStateChanged;
import dev.runnel.run.RunEvent.StepApproved;
import dev.runnel.run.RunEvent.StepExpanded;
import dev.runnel.run.RunEvent.StepKept;
import dev.runnel.run.RunEvent.StepOutputs;
import dev.runnel.run.RunEvent.StepStateChanged;
import dev.runnel.run.RunEvent.StepWaits;
import dev.runnel.run.RunId;
import dev.runnel.run.RunState;
import dev.runnel.run.StepRun.StepWait;
import dev.runnel.run.StepState;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// The stored shape of every event but output: an object with the type in `t` and the microseconds
/// since the event before in `d`. A field that is empty is left out.
///
/// @param microsBetween since the event before
record StoredEvent(long microsBetween, RunEvent event) {

    static void write(JsonGenerator out, long micros, RunEvent event) throws IOException {
        out.writeStartObject();
        switch (event) {
            case RunStateChanged changed -> {
                begin(out, "run", micros);
                out.writeStringField("state", changed.state().name());
                optional(out, "reason", changed.reason().map(Reason::code));
                optional(out, "message", changed.message());
            }
            case PipelineRead read -> {
                begin(out, "pipeline", micros);
                out.writeStringField("revision", read.revision());
                StoredPipeline.write(out, read.pipeline());
                if (!read.masks().isEmpty()) {
                    // texts of any length, which names of fields are not
                    out.writeArrayFieldStart("masks");
                    for (Map.Entry<String, String> mask : read.masks().entrySet()) {
                        out.writeString(mask.getKey());
                        out.writeString(mask.getValue());
                    }
                    out.writeEndArray();
                }
            }
            case StepStateChanged changed -> {
                begin(out, "step", micros);
                out.writeNumberField("step", changed.step());
                out.writeStringField("name", changed.name());
                out.writeNumberField("attempt", changed.attempt());
                out.writeStringField("state", changed.state().name());
                optional(out, "reason", changed.reason().map(Reason::code));
                if (changed.exitCode().isPresent()) {
                    out.writeNumberField("exit", changed.exitCode().get());
                }
                optional(out, "message", changed.message());
            }
            case StepKept kept -> {
                begin(out, "kept", micros);
                out.writeNumberField("step", kept.step());
                out.writeStringField("name", kept.name());
                out.writeStringField("from", kept.from().toString());
            }
            case StepWaits waits -> {
                begin(out, "waits", micros);
                out.writeNumberField("step", waits.step());
                out.writeStringField("name", waits.name());
                switch (waits.waitsFor()) {
                    case StepWait.ForApproval _ -> {}
                    case StepWait.ForRetry(Instant until) ->
                            out.writeStringField("until", until.toString());
                }
            }
            case StepApproved approved -> {
                begin(out, "approved", micros);
                out.writeNumberField("step", approved.step());
                out.writeStringField("name", approved.name());
            }
            case StepOutputs outputs -> {
                begin(out, "outputs", micros);
                StoredExchange.write(out, outputs);
            }
            case StepExpanded expanded -> {
                begin(out, "expanded", micros);
                StoredExchange.write(out, expanded);
            }
            case ResultPushed result -> {
                begin(out, "pushed", micros);
                out.writeNumberField("step", result.step());
                out.writeStringField("branch", result.branch());
                out.writeStringField("revision", result.revision());
            }
            case CommandStarted started -> {
                begin(out, "started", micros);
                out.writeNumberField("step", started.step());
                out.writeNumberField("command", started.command());
                out.writeStringField("instruction", started.instruction());
            }
            case CommandFinished finished -> {
                begin(out, "finished", micros);
                out.writeNumberField("step", finished.step());
                out.writeNumberField("command", finished.command());
                out.writeNumberField("exit", finished.exitCode());
            }
            case ProgressMade progress -> {
                begin(out, "progress", micros);
                out.writeStringField("activity", progress.activity().name());
                out.writeNumberField("step", progress.step());
                out.writeStringField("message", progress.message());
                optional(out, "current", progress.current());
                optional(out, "total", progress.total());
            }
            case ProblemFound found -> {
                begin(out, "problem", micros);
                writeProblem(out, found.problem());
            }
            case RunEnded ended -> {
                begin(out, "end", micros);
                out.writeStringField("state", ended.state().name());
                out.writeNumberField("events", ended.events());
            }
            case OutputWritten _ ->
                    throw new IllegalArgumentException("output has a shape of its own");
        }
        out.writeEndObject();
    }

    static StoredEvent of(JsonNode json) {
        return new StoredEvent(json.required("d").longValue(), event(json));
    }

    private static RunEvent event(JsonNode json) {
        String type = text(json, "t");
        return switch (type) {
            case "run" ->
                    new RunStateChanged(
                            word(RunState.class, text(json, "state")),
                            reason(json),
                            optionalText(json, "message"));
            case "pipeline" ->
                    new PipelineRead(text(json, "revision"), StoredPipeline.of(json), masks(json));
            case "step" ->
                    new StepStateChanged(
                            number(json, "step"),
                            text(json, "name"),
                            number(json, "attempt"),
                            word(StepState.class, text(json, "state")),
                            reason(json),
                            json.has("exit") ? Optional.of(number(json, "exit")) : Optional.empty(),
                            optionalText(json, "message"));
            case "kept" ->
                    new StepKept(number(json, "step"), text(json, "name"), runId(json, "from"));
            case "waits" ->
                    new StepWaits(
                            number(json, "step"),
                            text(json, "name"),
                            optionalText(json, "until")
                                    .<StepWait>map(
                                            until -> new StepWait.ForRetry(Instant.parse(until)))
                                    .orElseGet(StepWait.ForApproval::new));
            case "approved" -> new StepApproved(number(json, "step"), text(json, "name"));
            case "outputs" -> StoredExchange.outputs(json);
            case "expanded" -> StoredExchange.expanded(json);
            case "pushed" ->
                    new ResultPushed(
                            number(json, "step"), text(json, "branch"), text(json, "revision"));
            case "started" ->
                    new CommandStarted(
                            number(json, "step"),
                            number(json, "command"),
                            text(json, "instruction"));
            case "finished" ->
                    new CommandFinished(
                            number(json, "step"), number(json, "command"), number(json, "exit"));
            case "progress" ->
                    new ProgressMade(
                            word(Activity.class, text(json, "activity")),
                            number(json, "step"),
                            text(json, "message"),
                            optionalLong(json, "current"),
                            optionalLong(json, "total"));
            case "problem" -> new ProblemFound(problem(json));
            case "end" ->
                    new RunEnded(
                            word(RunState.class, text(json, "state")),
                            json.required("events").longValue());
            default -> throw unknown("event type", type);
        };
    }

    private static void writeProblem(JsonGenerator out, Problem problem) throws IOException {
        out.writeStringField("severity", problem.severity().name());
        out.writeStringField("code", problem.code());
        out.writeStringField("file", problem.file());
        out.writeNumberField("line", problem.line());
        out.writeNumberField("column", problem.column());
        out.writeStringField("path", problem.path());
        out.writeStringField("message", problem.message());
        out.writeStringField("hint", problem.hint());
        if (!problem.link().isEmpty()) {
            out.writeStringField("link", problem.link());
        }
    }

    private static Problem problem(JsonNode json) {
        return new Problem(
                word(Problem.Severity.class, text(json, "severity")),
                text(json, "code"),
                text(json, "file"),
                number(json, "line"),
                number(json, "column"),
                text(json, "path"),
                text(json, "message"),
                text(json, "hint"),
                optionalText(json, "link").orElse(""));
    }

    private static void begin(JsonGenerator out, String type, long micros) throws IOException {
        out.writeStringField("t", type);
        out.writeNumberField("d", micros);
    }

    private static void optional(JsonGenerator out, String field, Optional<String> value)
            throws IOException {
        if (value.isPresent()) {
            out.writeStringField(field, value.get());
        }
    }

    private static void optional(JsonGenerator out, String field, OptionalLong value)
            throws IOException {
        if (value.isPresent()) {
            out.writeNumberField(field, value.getAsLong());
        }
    }

    private static String text(JsonNode json, String field) {
        return json.required(field).textValue();
    }

    private static RunId runId(JsonNode json, String field) {
        String id = text(json, field);
        return RunId.parse(id).orElseThrow(() -> unknown("run id", id));
    }

    private static int number(JsonNode json, String field) {
        return json.required(field).intValue();
    }

    private static Optional<String> optionalText(JsonNode json, String field) {
        return Optional.ofNullable(json.get(field)).map(JsonNode::textValue);
    }

    private static OptionalLong optionalLong(JsonNode json, String field) {
        return json.has(field)
                ? OptionalLong.of(json.get(field).longValue())
                : OptionalLong.empty();
    }

    private static Optional<Reason> reason(JsonNode json) {
        return optionalText(json, "reason")
                .map(code -> Reason.parse(code).orElseThrow(() -> unknown("reason", code)));
    }

    private static <E extends Enum<E>> E word(Class<E> type, String name) {
        try {
            return Enum.valueOf(type, name);
        } catch (IllegalArgumentException e) {
            throw unknown(type.getSimpleName(), name);
        }
    }

    private static IllegalStateException unknown(String what, String word) {
        return new IllegalStateException(
                what + " '" + word + "' in the log was written by a newer Runnel; update this one");
    }

    private static Map<String, String> masks(JsonNode json) {
        JsonNode texts = json.path("masks");
        Map<String, String> masks = new LinkedHashMap<>();
        for (int place = 0; place + 1 < texts.size(); place += 2) {
            masks.put(texts.get(place).textValue(), texts.get(place + 1).textValue());
        }
        return masks;
    }
}
