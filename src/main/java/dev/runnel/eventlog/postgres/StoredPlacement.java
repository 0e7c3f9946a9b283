package dev.runnel.eventlog.postgres;

import static dev.runnel.eventlog.postgres.StoredPipeline.first;
import static dev.runnel.eventlog.postgres.StoredPipeline.last;
import static dev.runnel.eventlog.postgres.StoredPipeline.numbers;
import static dev.runnel.eventlog.postgres.StoredPipeline.objects;
import static dev.runnel.eventlog.postgres.StoredPipeline.optional;
import static dev.runnel.eventlog.postgres.StoredPipeline.optionalText;
import static dev.runnel.eventlog.postgres.StoredPipeline.text;
import static dev.runnel.eventlog.postgres.StoredPipeline.texts;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Pipeline.Origin;
import dev.runnel.pipeline.Placement;
import dev.runnel.pipeline.Placement.Group;
import dev.runnel.pipeline.Placement.Span;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;

/// Where a pipeline runs and comes from, as the log holds it: fields of the pipeline's object.
final class StoredPlacement {
    private StoredPlacement() {}

    static void write(JsonGenerator out, Pipeline pipeline) throws IOException {
        optional(out, "branch", pipeline.origin().branch());
        optional(out, "tag", pipeline.origin().tag());
        Placement placement = pipeline.placement();
        texts(out, "labels", placement.labels().stream().sorted().toList());
        for (Group group : first(out, "groups", placement.groups())) {
            out.writeStartObject();
            out.writeStringField("name", group.name());
            // without steps it is the run's
            if (!group.ofRun()) {
                numbers(out, "steps", group.steps());
            }
            out.writeEndObject();
        }
        last(out, placement.groups());
        if (!placement.parallel().isEmpty()) {
            numbers(
                    out,
                    "parallel",
                    placement.parallel().stream()
                            .flatMap(span -> Stream.of(span.first(), span.last()))
                            .toList());
        }
    }

    static Placement placement(JsonNode json) {
        return new Placement(
                new HashSet<>(texts(json, "labels")),
                objects(json, "groups").stream()
                        .map(group ->
                                new Group(
                                        text(group, "name"),
                                        !group.has("steps"),
                                        numbers(group, "steps")))
                        .toList(),
                spans(numbers(json, "parallel")));
    }

    private static List<Span> spans(List<Integer> ends) {
        List<Span> spans = new ArrayList<>();
        for (int index = 0; index + 1 < ends.size(); index += 2) {
            spans.add(new Span(ends.get(index), ends.get(index + 1)));
        }
        return spans;
    }

    static Origin origin(JsonNode json) {
        return new Origin(optionalText(json, "branch"), optionalText(json, "tag"));
    }
}
