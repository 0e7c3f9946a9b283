package dev.runnel.yaml;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.SequenceNode;

/// Measures what the aliases of a tree stand for before anybody follows them, in time that depends
/// on the file alone.
///
/// An alias comes after its anchor or inside it. So a walk in the order of the file meets an alias
/// only when what it stands for is measured already, and never goes deeper than the file is.
final class Aliases {
    private static final long MOST_VALUES = 100_000;

    private final FileText text;
    private final Findings findings;
    // a node equals only itself
    private final Map<Node, Extent> measured = new HashMap<>();
    private final Set<Node> open = new HashSet<>();

    /// How large a node is with every alias below it replaced by what it stands for.
    ///
    /// @param values the node and everything below it
    /// @param repeated how many of these only aliases bring in
    /// @param depth levels of lists and mappings, the node's own included
    private record Extent(long values, long repeated, int depth) {
        static final Extent SCALAR = new Extent(1, 0, 0);
    }

    private Aliases(FileText text, Findings findings) {
        this.text = text;
        this.findings = findings;
    }

    /// Whether the tree can be walked; if not, the problem is among the findings.
    static boolean areHarmless(Value root, Findings findings) {
        return new Aliases(root.text(), findings).measure(root.node()).isPresent();
    }

    private Optional<Extent> measure(Node node) {
        if (!(node instanceof SequenceNode || node instanceof MappingNode)) {
            return Optional.of(Extent.SCALAR);
        }
        if (!open.add(node)) {
            return harmful(
                    node,
                    YamlCode.RECURSIVE_ALIAS,
                    "an alias in here stands for the whole that it is part of");
        }
        long values = 1;
        long repeated = 0;
        int depth = 1;
        for (Node child : children(node)) {
            Optional<Extent> known = Optional.ofNullable(measured.get(child));
            Optional<Extent> extent = known.or(() -> measure(child));
            if (extent.isEmpty()) {
                return extent;
            }
            long childValues = extent.get().values();
            values += childValues;
            repeated += known.isPresent() ? childValues : extent.get().repeated();
            depth = Math.max(depth, extent.get().depth() + 1);
            if (repeated > MOST_VALUES) {
                return harmful(
                        known.isPresent() ? node : child,
                        YamlCode.ALIAS_BOMB,
                        "the aliases in here stand for more than " + MOST_VALUES + " values");
            }
        }
        if (depth > YamlTree.DEEPEST) {
            return harmful(
                    node,
                    YamlCode.NESTING_TOO_DEEP,
                    "with its aliases this is more than " + YamlTree.DEEPEST + " levels deep");
        }
        open.remove(node);
        Extent extent = new Extent(values, repeated, depth);
        measured.put(node, extent);
        return Optional.of(extent);
    }

    private Optional<Extent> harmful(Node node, YamlCode code, String message) {
        findings.error(
                code,
                text.place(node.getStartMark().getIndex()),
                "",
                message,
                "write out what the aliases stand for");
        return Optional.empty();
    }

    private static List<Node> children(Node node) {
        List<Node> children = new ArrayList<>();
        if (node instanceof SequenceNode list) {
            children.addAll(list.getValue());
        }
        if (node instanceof MappingNode map) {
            for (NodeTuple pair : map.getValue()) {
                children.add(pair.getKeyNode());
                children.add(pair.getValueNode());
            }
        }
        return children;
    }
}
