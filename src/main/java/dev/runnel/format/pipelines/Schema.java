package dev.runnel.format.pipelines;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runnel.yaml.Key;
import dev.runnel.yaml.Level;
import dev.runnel.yaml.Shape;
import java.util.List;
import java.util.TreeMap;

/// The JSON Schema of a pipeline file, made of the tables of keys that the reader goes by. Draft 7,
/// which editors understand.
final class Schema {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String DURATION = "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$";
    private static final String SIZE = "^[0-9]+ *[kmgKMG]?(i?[bB])?$";

    private Schema() {}

    static String text() {
        ObjectNode schema = JSON.createObjectNode();
        schema.put("$schema", "http://json-schema.org/draft-07/schema#");
        schema.put("$id", "/schema/pipeline.json");
        schema.put("title", "A pipeline file of Runnel");
        schema.put("$ref", "#/definitions/" + Keys.FILE.name());
        ObjectNode definitions = schema.putObject("definitions");
        for (Level level : Keys.ALL) {
            definitions.set(level.name(), level(level));
        }
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(schema) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of texts is JSON", e);
        }
    }

    private static ObjectNode level(Level level) {
        ObjectNode object = type("object");
        ObjectNode properties = object.putObject("properties");
        for (Key key : level.keys()) {
            ObjectNode value = shape(key.shape());
            if (value.has("$ref")) {
                // beside `$ref` nothing counts
                ObjectNode all = JSON.createObjectNode();
                all.putArray("allOf").add(value);
                value = all;
            }
            value.put("description", key.meaning());
            properties.set(key.name(), value);
        }
        new TreeMap<>(level.others())
                .forEach((name, other) -> {
                    if (other.isHarmless()) {
                        properties.putObject(name).put("description", "Left out: " + other.hint());
                    }
                });
        object.put("additionalProperties", level.isOpen());
        return object;
    }

    private static ObjectNode shape(Shape shape) {
        return switch (shape) {
            case Shape.Plain plain -> plain(plain);
            case Shape.Word(List<String> words) -> {
                ObjectNode word = type("string");
                ArrayNode values = word.putArray("enum");
                words.forEach(values::add);
                yield word;
            }
            case Shape.ListOf(Shape items) -> {
                ObjectNode list = type("array");
                list.set("items", shape(items));
                yield list;
            }
            case Shape.MapOf(Shape values) -> {
                ObjectNode map = type("object");
                map.set("additionalProperties", shape(values));
                yield map;
            }
            case Shape.At(Level level) ->
                    JSON.createObjectNode().put("$ref", "#/definitions/" + level.name());
            case Shape.Either(List<Shape> shapes) -> {
                ObjectNode either = JSON.createObjectNode();
                ArrayNode any = either.putArray("anyOf");
                shapes.forEach(one -> any.add(shape(one)));
                yield either;
            }
        };
    }

    private static ObjectNode plain(Shape.Plain plain) {
        return switch (plain) {
            case TEXT -> types("string", "number", "boolean", "null");
            case FLAG -> type("boolean");
            case WHOLE -> type("integer").put("minimum", 0);
            case NUMBER -> type("number").put("minimum", 0);
            case DURATION -> type("string").put("pattern", DURATION);
            case SIZE -> types("string", "integer").put("pattern", SIZE);
            case ANYTHING -> JSON.createObjectNode();
        };
    }

    private static ObjectNode type(String type) {
        return JSON.createObjectNode().put("type", type);
    }

    private static ObjectNode types(String... types) {
        ObjectNode object = JSON.createObjectNode();
        ArrayNode names = object.putArray("type");
        for (String type : types) {
            names.add(type);
        }
        return object;
    }
}
