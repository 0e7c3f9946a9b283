package dev.runnel.stream;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Problem;
import dev.runnel.pipeline.Step;
import dev.runnel.run.OutputLine;
import dev.runnel.run.Reason;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.RunEvent;
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
import dev.runnel.run.StepRun.StepWait;
import dev.runnel.run.StepState;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// One event as a JSON object, the same wherever events leave Runnel. Fields that have no value are
/// left out. For one run and one thread.
final class EventJson {
    // encoded once: nearly every event is output, and these are most of what is written of it
    private static final SerializedString SEQ = new SerializedString("seq");
    private static final SerializedString TYPE = new SerializedString("type");
    private static final SerializedString AT = new SerializedString("at");
    private static final SerializedString RUN = new SerializedString("run");
    private static final SerializedString STEP = new SerializedString("step");
    private static final SerializedString COMMAND = new SerializedString("command");
    private static final SerializedString STREAM = new SerializedString("stream");
    private static final SerializedString STDOUT = new SerializedString("stdout");
    private static final SerializedString STDERR = new SerializedString("stderr");
    private static final SerializedString LINE = new SerializedString("line");

    private final SerializedString run;
    private final Rfc3339 times = new Rfc3339();

    EventJson(RunId run) {
        this.run = new SerializedString(run.toString());
    }

    void write(RecordedEvent recorded, EventType type, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeFieldName(SEQ);
        json.writeNumber(recorded.seq());
        json.writeFieldName(TYPE);
        json.writeString(type.text());
        char[] at = times.chars(recorded.at());
        json.writeFieldName(AT);
        json.writeString(at, 0, at.length);
        json.writeFieldName(RUN);
        json.writeString(run);
        writeFields(recorded.event(), json);
        json.writeEndObject();
    }

    private void writeFields(RunEvent event, JsonGenerator json) throws IOException {
        switch (event) {
            case OutputWritten written -> output(written, json);
            case CommandStarted started -> {
                json.writeNumberField("step", started.step());
                json.writeNumberField("command", started.command());
                json.writeStringField("instruction", started.instruction());
            }
            case CommandFinished finished -> {
                json.writeNumberField("step", finished.step());
                json.writeNumberField("command", finished.command());
                json.writeNumberField("exitCode", finished.exitCode());
            }
            case StepStateChanged change -> stepState(change, json);
            case StepKept kept -> {
                json.writeNumberField("step", kept.step());
                json.writeStringField("name", kept.name());
                json.writeNumberField("attempt", 0);
                json.writeStringField("state", StepState.SUCCESSFUL.name());
                json.writeStringField("keptFrom", kept.from().toString());
            }
            case StepWaits waits -> stepWaits(waits, json);
            case StepApproved approved -> {
                json.writeNumberField("step", approved.step());
                json.writeStringField("name", approved.name());
            }
            case StepOutputs outputs -> stepOutputs(outputs, json);
            case StepExpanded expanded -> stepExpanded(expanded, json);
            case ResultPushed result -> {
                json.writeNumberField("step", result.step());
                json.writeStringField("branch", result.branch());
                json.writeStringField("revision", result.revision());
            }
            case RunStateChanged change -> {
                json.writeStringField("state", change.state().name());
                why(change.reason(), change.message(), json);
            }
            case PipelineRead read -> pipeline(read, json);
            case ProgressMade progress -> progress(progress, json);
            case ProblemFound found -> problem(found.problem(), json);
            case RunEnded ended -> {
                json.writeStringField("state", ended.state().name());
                json.writeNumberField("events", ended.events());
            }
        }
    }

    private static void output(OutputWritten written, JsonGenerator json) throws IOException {
        OutputLine line = written.line();
        json.writeFieldName(STEP);
        json.writeNumber(written.step());
        json.writeFieldName(COMMAND);
        json.writeNumber(written.command());
        json.writeFieldName(STREAM);
        json.writeString(
                switch (written.channel()) {
                    case STDOUT -> STDOUT;
                    case STDERR -> STDERR;
                });
        json.writeFieldName(LINE);
        json.writeString(line.text());
        switch (line.end()) {
            case NEWLINE -> {}
            case RETURN -> json.writeBooleanField("update", true);
            case NONE -> json.writeBooleanField("partial", true);
        }
        if (line.replaced()) {
            json.writeBooleanField("replaced", true);
        }
    }

    private static void stepState(StepStateChanged change, JsonGenerator json) throws IOException {
        json.writeNumberField("step", change.step());
        json.writeStringField("name", change.name());
        json.writeNumberField("attempt", change.attempt());
        json.writeStringField("state", change.state().name());
        if (change.exitCode().isPresent()) {
            json.writeNumberField("exitCode", change.exitCode().get());
        }
        why(change.reason(), change.message(), json);
    }

    private void stepWaits(StepWaits waits, JsonGenerator json) throws IOException {
        json.writeNumberField("step", waits.step());
        json.writeStringField("name", waits.name());
        switch (waits.waitsFor()) {
            case StepWait.ForApproval _ -> json.writeStringField("for", "approval");
            case StepWait.ForRetry(Instant until) -> {
                json.writeStringField("for", "retry");
                json.writeStringField("until", times.text(until));
            }
        }
    }

    private static void stepOutputs(StepOutputs outputs, JsonGenerator json) throws IOException {
        json.writeNumberField("step", outputs.step());
        json.writeStringField("name", outputs.name());
        json.writeObjectFieldStart("outputs");
        for (Map.Entry<String, String> value : new TreeMap<>(outputs.values()).entrySet()) {
            json.writeStringField(value.getKey(), value.getValue());
        }
        json.writeEndObject();
    }

    private static void stepExpanded(StepExpanded expanded, JsonGenerator json) throws IOException {
        json.writeNumberField("step", expanded.step());
        json.writeStringField("name", expanded.name());
        json.writeArrayFieldStart("commands");
        for (String instruction : expanded.commands()) {
            json.writeString(instruction);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("items");
        for (StepExpanded.Part part : expanded.parts()) {
            json.writeStartObject();
            json.writeNumberField("step", part.step());
            json.writeStringField("name", part.name());
            json.writeStringField("item", part.item());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void pipeline(PipelineRead read, JsonGenerator json) throws IOException {
        Pipeline pipeline = read.pipeline();
        json.writeStringField("revision", read.revision());
        json.writeStringField("pipeline", read.shown(pipeline.name()));
        json.writeArrayFieldStart("steps");
        for (Step step : pipeline.steps()) {
            json.writeStartObject();
            json.writeNumberField("step", step.number());
            json.writeStringField("name", read.shown(step.name()));
            json.writeStringField("image", read.shown(step.image().reference()));
            plan(step, json);
            json.writeArrayFieldStart("commands");
            for (String instruction : step.commands()) {
                json.writeString(read.shown(instruction));
            }
            json.writeEndArray();
            if (!step.setting().afterScript().isEmpty()) {
                json.writeNumberField("afterScript", step.script().size() + 1);
            }
            if (step.isSeveral()) {
                json.writeBooleanField("foreach", true);
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void plan(Step step, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("needs");
        for (int need : step.flow().needs()) {
            json.writeNumber(need);
        }
        json.writeEndArray();
        if (step.flow().allowFailure()) {
            json.writeBooleanField("allowFailure", true);
        }
        if (step.flow().manual()) {
            json.writeBooleanField("manual", true);
        }
        if (step.flow().always()) {
            json.writeBooleanField("always", true);
        }
    }

    private static void progress(ProgressMade progress, JsonGenerator json) throws IOException {
        json.writeStringField("activity", lowerCase(progress.activity()));
        if (progress.step() > 0) {
            json.writeNumberField("step", progress.step());
        }
        json.writeStringField("message", progress.message());
        if (progress.current().isPresent()) {
            json.writeNumberField("current", progress.current().getAsLong());
        }
        if (progress.total().isPresent()) {
            json.writeNumberField("total", progress.total().getAsLong());
        }
    }

    private static void problem(Problem problem, JsonGenerator json) throws IOException {
        json.writeStringField("severity", lowerCase(problem.severity()));
        json.writeStringField("code", problem.code());
        json.writeStringField("file", problem.file());
        if (problem.line() > 0) {
            json.writeNumberField("line", problem.line());
            json.writeNumberField("column", problem.column());
        }
        if (!problem.path().isEmpty()) {
            json.writeStringField("path", problem.path());
        }
        json.writeStringField("message", problem.message());
        if (!problem.hint().isEmpty()) {
            json.writeStringField("hint", problem.hint());
        }
        if (!problem.link().isEmpty()) {
            json.writeStringField("link", problem.link());
        }
    }

    private static void why(Optional<Reason> reason, Optional<String> message, JsonGenerator json)
            throws IOException {
        if (reason.isPresent()) {
            json.writeStringField("reason", reason.get().code());
        }
        if (message.isPresent()) {
            json.writeStringField("message", message.get());
        }
    }

    private static String lowerCase(Enum<?> word) {
        return word.name().toLowerCase(Locale.ROOT);
    }
}
