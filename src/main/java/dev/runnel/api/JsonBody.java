package dev.runnel.api;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runnel.problem.ProblemDocument;
import dev.runnel.problem.ProblemDocument.Fault;
import dev.runnel.problem.ProblemType;
import dev.runnel.problem.RequestRefused;
import dev.runnel.problem.Spelling;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// A JSON object that somebody sent, read field by field. Faults are gathered, so that the caller
/// hears of all of them at once; a field that is `null` counts as left out.
public final class JsonBody {
    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    // an excerpt of the body does not belong into a message
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .build();

    private static final int MOST_BYTES = 256 * 1024;

    private final ObjectNode fields;
    private final String pointer;
    private final List<Fault> faults;

    private JsonBody(ObjectNode fields, String pointer, List<Fault> faults) {
        this.fields = fields;
        this.pointer = pointer;
        this.faults = faults;
    }

    /// Reads a body.
    ///
    /// @throws RequestRefused when it is not one JSON object, or too large
    public static JsonBody read(InputStream in) {
        byte[] body = bytes(in);
        if (body.length == 0) {
            throw malformed("The request has no body.", "Send a JSON object.");
        }
        return parse(body);
    }

    /// Reads a body that may be left out, which is as good as an empty object.
    ///
    /// @throws RequestRefused when it is there and not one JSON object, or too large
    public static JsonBody readOptional(InputStream in) {
        return readOptional(in, Optional.of(MediaType.APPLICATION_JSON_TYPE));
    }

    /// Reads a body that may be left out, which is as good as an empty object.
    ///
    /// @param type what the request says that its body is
    /// @throws RequestRefused when it is there and not one JSON object, not sent as JSON, or too
    ///   large
    static JsonBody readOptional(InputStream in, Optional<MediaType> type) {
        byte[] body = bytes(in);
        if (body.length == 0) {
            return new JsonBody(JSON.createObjectNode(), "", new ArrayList<>());
        }
        if (type.filter(MediaType.APPLICATION_JSON_TYPE::isCompatible).isEmpty()) {
            throw new RequestRefused(
                    ProblemType.UNSUPPORTED_MEDIA_TYPE, "The body is not sent as JSON.");
        }
        return parse(body);
    }

    private static JsonBody parse(byte[] body) {
        try (JsonParser parser = JSON.createParser(body)) {
            JsonNode root = JSON.readTree(parser);
            if (!(root instanceof ObjectNode object)) {
                throw malformed("The body is " + kind(root) + ".", "Send a JSON object.");
            }
            if (parser.nextToken() != null) {
                throw malformed(
                        at(parser.currentTokenLocation()) + "something follows the object.",
                        "Send one JSON object and nothing else.");
            }
            return new JsonBody(object, "", new ArrayList<>());
        } catch (JsonProcessingException e) {
            throw malformed(whatIsWrong(e), "Correct the JSON at this place and send it as UTF-8.");
        } catch (IOException e) {
            // the bytes are in memory: only their encoding can be at fault
            throw malformed("The body is not UTF-8.", "Send the JSON as UTF-8.");
        }
    }

    private static byte[] bytes(InputStream in) {
        try {
            byte[] body = in.readNBytes(MOST_BYTES + 1);
            if (body.length > MOST_BYTES) {
                throw new RequestRefused(
                        ProblemType.BODY_TOO_LARGE,
                        "The body has more than " + MOST_BYTES + " bytes.");
            }
            return body;
        } catch (IOException e) {
            throw new RequestRefused(
                    ProblemType.BAD_REQUEST, "The body ended before it was complete.");
        }
    }

    private static String whatIsWrong(JsonProcessingException failure) {
        // what follows is where the parser keeps its source, which is of no use to a caller
        String message = failure.getOriginalMessage().split(" \\(start marker| at \\[", 2)[0];
        JsonLocation place = failure.getLocation();
        return (place == null ? "" : at(place)) + message + ".";
    }

    private static String at(JsonLocation place) {
        return "Line %d, column %d: ".formatted(place.getLineNr(), place.getColumnNr());
    }

    private static RequestRefused malformed(String detail, String hint) {
        return new RequestRefused(
                ProblemDocument.of(ProblemType.MALFORMED_JSON, detail).withHint(hint));
    }

    /// A text that must be there; empty when it is not, which is a fault.
    public String requiredText(String name, String hint) {
        if (value(name).isEmpty()) {
            fault(name, "this field is missing", hint);
            return "";
        }
        return text(name).orElse("");
    }

    /// A text that may be left out.
    public Optional<String> text(String name) {
        Optional<JsonNode> value = value(name);
        if (value.isPresent() && !value.get().isTextual()) {
            fault(name, "this is " + kind(value.get()), "give a text in quotes");
            return Optional.empty();
        }
        return value.map(JsonNode::textValue);
    }

    /// A whole number that may be left out.
    public OptionalInt integer(String name) {
        Optional<JsonNode> value = value(name);
        if (value.isEmpty()) {
            return OptionalInt.empty();
        }
        if (!value.get().isIntegralNumber() || !value.get().canConvertToInt()) {
            String hint = "give a whole number, without quotes";
            fault(name, "this is " + describe(value.get()), hint);
            return OptionalInt.empty();
        }
        return OptionalInt.of(value.get().intValue());
    }

    private static String describe(JsonNode value) {
        return value.isNumber() ? value.asText() : kind(value);
    }

    /// A time that may be left out.
    public Optional<Instant> time(String name) {
        Optional<String> text = text(name);
        try {
            return text.map(OffsetDateTime::parse).map(OffsetDateTime::toInstant);
        } catch (DateTimeParseException e) {
            fault(
                    name,
                    "this is not a time",
                    "give a time of RFC 3339, such as 2026-01-31T12:00:00Z");
            return Optional.empty();
        }
    }

    /// An object of texts; empty when left out.
    public Map<String, String> texts(String name) {
        Map<String, String> texts = new LinkedHashMap<>();
        object(name)
                .ifPresent(object ->
                        object.fields
                                .fieldNames()
                                .forEachRemaining(key ->
                                        texts.put(
                                                key,
                                                object.requiredText(
                                                        key,
                                                        "give a text; an empty one"
                                                                + " is \"\""))));
        return texts;
    }

    /// A text, or a whole number that is taken as one; may be left out.
    public Optional<String> textOrNumber(String name) {
        Optional<JsonNode> value = value(name);
        return value.isPresent() && value.get().isIntegralNumber()
                ? Optional.of(value.get().asText())
                : text(name);
    }

    /// A list of texts; empty when left out.
    public List<String> textList(String name) {
        List<String> texts = new ArrayList<>();
        Optional<JsonNode> list = value(name);
        if (list.isPresent() && !list.get().isArray()) {
            fault(name, "this is " + kind(list.get()), "give a list of texts, in brackets");
        } else if (list.isPresent()) {
            for (JsonNode entry : list.get()) {
                if (!entry.isTextual()) {
                    fault(name, "one entry is " + kind(entry), "give a list of texts");
                    return List.of();
                }
                texts.add(entry.textValue());
            }
        }
        return texts;
    }

    /// An object of texts, where `null` stands for none; empty when left out.
    public Map<String, Optional<String>> optionalTexts(String name) {
        Map<String, Optional<String>> texts = new LinkedHashMap<>();
        object(name)
                .ifPresent(object ->
                        object.fields
                                .fieldNames()
                                .forEachRemaining(key -> texts.put(key, object.text(key))));
        return texts;
    }

    /// An object that may be left out; its faults are gathered with those of this one.
    public Optional<JsonBody> object(String name) {
        Optional<JsonNode> value = value(name);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        if (value.get() instanceof ObjectNode object) {
            return Optional.of(new JsonBody(object, pointerTo(name), faults));
        }
        fault(name, "this is " + kind(value.get()), "give an object, in braces");
        return Optional.empty();
    }

    /// Notes a fault for every other field than these.
    public JsonBody knowing(List<String> names) {
        fields.fieldNames()
                .forEachRemaining(name -> {
                    if (!names.contains(name)) {
                        fault(name, "this field is unknown", Spelling.hint(name, names));
                    }
                });
        return this;
    }

    /// Notes a fault of a field.
    public void fault(String name, String detail, String hint) {
        faults.add(new Fault(pointerTo(name), detail, hint));
    }

    /// Ends the reading.
    ///
    /// @throws RequestRefused when there was any fault
    public void refuseFaults() {
        if (!faults.isEmpty()) {
            throw new RequestRefused(ProblemDocument.of(ProblemType.INVALID_REQUEST, faults));
        }
    }

    private Optional<JsonNode> value(String name) {
        return Optional.ofNullable(fields.get(name)).filter(value -> !value.isNull());
    }

    private String pointerTo(String name) {
        return pointer + "/" + name.replace("~", "~0").replace("/", "~1");
    }

    private static String kind(JsonNode value) {
        return switch (value.getNodeType()) {
            case ARRAY -> "a list";
            case OBJECT, POJO -> "an object";
            case STRING -> "a text";
            case NUMBER -> "a number";
            case BOOLEAN -> value.toString().toLowerCase(Locale.ROOT);
            case NULL -> "null";
            case BINARY, MISSING -> "nothing";
        };
    }
}
