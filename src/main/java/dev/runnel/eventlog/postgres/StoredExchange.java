package dev.runnel.eventlog.postgres;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.runnel.pipeline.Exchange;
import dev.runnel.pipeline.Exchange.Foreach;
import dev.runnel.pipeline.Exchange.Goods;
import dev.runnel.pipeline.Exchange.Items;
import dev.runnel.run.RunEvent.StepExpanded;
import dev.runnel.run.RunEvent.StepExpanded.Part;
import dev.runnel.run.RunEvent.StepOutputs;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/// What steps take and give as the log holds it: fields of the objects of steps and events. Nothing
/// is there of a step that takes and gives nothing.
final class StoredExchange {
    private StoredExchange() {}

    static void write(JsonGenerator out, Exchange exchange) throws IOException {
        goods(out, "inputs", exchange.inputs());
        goods(out, "outputs", exchange.outputs());
        if (exchange.foreach().isPresent()) {
            Foreach foreach = exchange.foreach().get();
            out.writeObjectFieldStart("foreach");
            switch (foreach.items()) {
                case Items.Listed(String variable) -> out.writeStringField("in", variable);
                case Items.Said(List<String> values) -> texts(out, "items", values);
            }
            out.writeStringField("as", foreach.as());
            if (foreach.maxParallel().isPresent()) {
                out.writeNumberField("parallel", foreach.maxParallel().getAsInt());
            }
            if (foreach.failFast()) {
                out.writeBooleanField("failFast", true);
            }
            out.writeEndObject();
        }
    }

    private static void goods(JsonGenerator out, String field, Goods goods) throws IOException {
        if (!goods.isEmpty()) {
            out.writeObjectFieldStart(field);
            texts(out, "files", goods.files());
            texts(out, "variables", goods.variables());
            out.writeEndObject();
        }
    }

    static Exchange of(JsonNode step) {
        Optional<Foreach> foreach =
                Optional.ofNullable(step.get("foreach")).map(StoredExchange::foreach);
        return new Exchange(goods(step.path("inputs")), goods(step.path("outputs")), foreach);
    }

    private static Goods goods(JsonNode json) {
        return new Goods(texts(json, "files"), texts(json, "variables"));
    }

    private static Foreach foreach(JsonNode json) {
        return new Foreach(
                json.has("in")
                        ? new Items.Listed(json.required("in").textValue())
                        : new Items.Said(texts(json, "items")),
                json.required("as").textValue(),
                json.has("parallel")
                        ? OptionalInt.of(json.required("parallel").intValue())
                        : OptionalInt.empty(),
                json.has("failFast"));
    }

    static void write(JsonGenerator out, StepOutputs outputs) throws IOException {
        out.writeNumberField("step", outputs.step());
        out.writeStringField("name", outputs.name());
        out.writeObjectFieldStart("values");
        for (Map.Entry<String, String> value : new TreeMap<>(outputs.values()).entrySet()) {
            out.writeStringField(value.getKey(), value.getValue());
        }
        out.writeEndObject();
    }

    static StepOutputs outputs(JsonNode json) {
        Map<String, String> values = new TreeMap<>();
        json.required("values")
                .propertyStream()
                .forEach(value -> values.put(value.getKey(), value.getValue().textValue()));
        return new StepOutputs(
                json.required("step").intValue(), json.required("name").textValue(), values);
    }

    static void write(JsonGenerator out, StepExpanded expanded) throws IOException {
        out.writeNumberField("step", expanded.step());
        out.writeStringField("name", expanded.name());
        texts(out, "commands", expanded.commands());
        out.writeArrayFieldStart("parts");
        for (Part part : expanded.parts()) {
            out.writeStartObject();
            out.writeNumberField("step", part.step());
            out.writeStringField("name", part.name());
            out.writeStringField("item", part.item());
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    static StepExpanded expanded(JsonNode json) {
        return new StepExpanded(
                json.required("step").intValue(),
                json.required("name").textValue(),
                texts(json, "commands"),
                json.required("parts")
                        .valueStream()
                        .map(part ->
                                new Part(
                                        part.required("step").intValue(),
                                        part.required("name").textValue(),
                                        part.required("item").textValue()))
                        .toList());
    }

    private static void texts(JsonGenerator out, String field, List<String> values)
            throws IOException {
        if (!values.isEmpty()) {
            out.writeArrayFieldStart(field);
            for (String value : values) {
                out.writeString(value);
            }
            out.writeEndArray();
        }
    }

    private static List<String> texts(JsonNode json, String field) {
        return json.path(field).valueStream().map(JsonNode::textValue).toList();
    }
}
