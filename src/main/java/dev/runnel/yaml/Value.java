package dev.runnel.yaml;

import dev.runnel.yaml.FileText.Place;
import java.util.ArrayList;
import java.util.List;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/// A value of the file, with the way that led to it.
///
/// @param node the value; behind an alias, the node that the alias stands for
/// @param path JSON pointer
/// @param index where it stands, in characters from the start of the file
public record Value(Node node, String path, int index, FileText text) {

    /// What a value is.
    public enum Kind {
        TEXT("text"),
        NUMBER("a number"),
        BOOLEAN("true or false"),
        DATE("a date"),
        NOTHING("empty"),
        LIST("a list"),
        MAPPING("a mapping"),
        TAGGED("a value with a tag");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        /// The kind in words that follow "is".
        public String words() {
            return words;
        }
    }

    static Value root(Node node, FileText text) {
        return new Value(node, "", start(node), text);
    }

    /// The same value as if this path led to it.
    Value at(String otherPath) {
        return new Value(node, otherPath, index, text);
    }

    public Place place() {
        return text.place(index);
    }

    public Kind kind() {
        return switch (node) {
            case SequenceNode list -> list.getTag().equals(Tag.SEQ) ? Kind.LIST : Kind.TAGGED;
            case MappingNode map -> map.getTag().equals(Tag.MAP) ? Kind.MAPPING : Kind.TAGGED;
            case ScalarNode scalar -> scalarKind(scalar.getTag());
            default -> Kind.TAGGED;
        };
    }

    private static Kind scalarKind(Tag tag) {
        // a plain << is a merge key only where a key stands
        if (tag.equals(Tag.STR) || tag.equals(Tag.MERGE)) {
            return Kind.TEXT;
        }
        if (tag.equals(Tag.INT) || tag.equals(Tag.FLOAT)) {
            return Kind.NUMBER;
        }
        if (tag.equals(Tag.BOOL)) {
            return Kind.BOOLEAN;
        }
        if (tag.equals(Tag.TIMESTAMP)) {
            return Kind.DATE;
        }
        return tag.equals(Tag.NULL) ? Kind.NOTHING : Kind.TAGGED;
    }

    /// The characters of a scalar as YAML understands them; empty for lists and mappings.
    public String scalar() {
        return node instanceof ScalarNode scalar ? scalar.getValue() : "";
    }

    /// The entries of a list; none for anything else.
    public List<Value> items() {
        List<Value> items = new ArrayList<>();
        if (node instanceof SequenceNode list) {
            for (Node item : list.getValue()) {
                items.add(new Value(item, path + '/' + items.size(), start(item), text));
            }
        }
        return items;
    }

    /// The pairs of a mapping as they are written; none for anything else.
    public List<NodeTuple> pairs() {
        return node instanceof MappingNode map ? map.getValue() : List.of();
    }

    /// The key of one of these pairs, as a value with the path of what it leads to.
    public Value key(NodeTuple pair) {
        Node key = pair.getKeyNode();
        String name = key instanceof ScalarNode scalar ? scalar.getValue() : "?";
        return new Value(key, path + '/' + Printable.token(name), start(key), text);
    }

    /// What the key of one of these pairs leads to. A value that is not written at all stands where
    /// its key does.
    public Value under(NodeTuple pair) {
        Node value = pair.getValueNode();
        Value key = key(pair);
        boolean written = !(value instanceof ScalarNode scalar) || !scalar.getValue().isEmpty();
        return new Value(value, key.path(), written ? start(value) : key.index(), text);
    }

    private static int start(Node node) {
        return node.getStartMark().getIndex();
    }
}
