package dev.runnel.format.pipelines;

import dev.runnel.pipeline.Exchange.Foreach;
import dev.runnel.pipeline.Exchange.Items;
import dev.runnel.yaml.Fields;
import dev.runnel.yaml.Findings;
import dev.runnel.yaml.Scalars;
import dev.runnel.yaml.Value;
import dev.runnel.yaml.Value.Kind;
import dev.runnel.yaml.YamlCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Reads for what a step runs more than once: a `matrix`, the product of some lists with cells left
/// out and added, or a `foreach`, items of a list that may be known only when the step runs.
final class MatrixReader {
    /// The only cell of a step without a matrix.
    static final List<Map<String, String>> ONE_CELL = List.of(Map.of());

    private static final int MOST_CELLS = 1_000;
    private static final String ITEM = "ITEM";
    private static final int MOST_NAMES = 20;

    private final Findings findings;
    private final Scalars scalars;

    MatrixReader(Findings findings) {
        this.findings = findings;
        this.scalars = new Scalars(findings);
    }

    /// What the step of a cell is called.
    static String named(String template, Map<String, String> cell) {
        if (cell.isEmpty()) {
            return template;
        }
        return template.contains("${")
                ? filled(template, cell).strip()
                : template + " (" + String.join(", ", cell.values()) + ")";
    }

    /// A text with the values of a cell in place of `${NAME}`.
    static String filled(String template, Map<String, String> cell) {
        String text = template;
        for (Map.Entry<String, String> value : cell.entrySet()) {
            text = text.replace("${" + value.getKey() + "}", value.getValue());
        }
        return text;
    }

    /// What a step runs for each of.
    Optional<Foreach> foreach(Fields step, boolean failFast) {
        step.checkNotBoth("matrix", "foreach", "one of them may use what the other gives");
        Optional<Value> value = step.get("foreach");
        if (value.isEmpty() || value.get().kind() != Kind.MAPPING) {
            return value.flatMap(this::items)
                    .map(items -> new Foreach(items, ITEM, OptionalInt.empty(), failFast));
        }
        Fields fields = Fields.of(value.get(), findings).check(Keys.FOREACH, Keys.ALL);
        if (!fields.isMeant("in")) {
            findings.error(
                    YamlCode.BAD_VALUE,
                    value.get(),
                    "`foreach` does not say for what",
                    "name a variable that holds a JSON list, or write the list: `in: [a, b]`");
        }
        Optional<String> as =
                fields.get("as")
                        .flatMap(text ->
                                scalars.line(text, "`as`")
                                        .filter(name -> scalars.isVariableName(name, text)));
        Optional<Integer> most =
                fields.get("max-parallel")
                        .flatMap(number -> scalars.whole(number, "`max-parallel`", 1, MOST_CELLS));
        return fields.get("in")
                .flatMap(this::items)
                .map(items ->
                        new Foreach(
                                items,
                                as.orElse(ITEM),
                                most.map(OptionalInt::of).orElse(OptionalInt.empty()),
                                failFast));
    }

    private Optional<Items> items(Value value) {
        if (value.kind() == Kind.LIST) {
            List<String> items = new ArrayList<>();
            for (Value entry : scalars.entries(value, "`foreach`")) {
                scalars.variable(entry, "an item of `foreach`").ifPresent(items::add);
            }
            return Optional.of(new Items.Said(items));
        }
        return scalars.line(value, "`foreach`")
                .filter(name -> scalars.isVariableName(name, value))
                .map(Items.Listed::new);
    }

    /// The cells in the order of the file, the last name changing fastest, at least one.
    List<Map<String, String>> read(Value matrix) {
        if (matrix.kind() != Kind.MAPPING) {
            findings.wrongType(
                    matrix, "`matrix`", "a mapping", "write a variable a line: `NAME: [a, b]`");
            return ONE_CELL;
        }
        int before = findings.errors();
        Fields fields = Fields.of(matrix, findings);
        Map<String, List<String>> axes = axes(fields);
        List<Map<String, String>> excluded = cells(fields.get("exclude"), "`exclude`");
        List<Map<String, String>> included = cells(fields.get("include"), "`include`");
        long product = axes.isEmpty() ? 0 : 1;
        for (List<String> values : axes.values()) {
            product = Math.min(product * values.size(), Integer.MAX_VALUE);
        }
        if (product + included.size() > MOST_CELLS) {
            findings.error(
                    Code.MATRIX_TOO_LARGE,
                    matrix,
                    "the matrix has "
                            + (product == Integer.MAX_VALUE ? "over " : "")
                            + (product + included.size())
                            + " cells; at most "
                            + MOST_CELLS
                            + " are possible",
                    "take fewer values");
            return ONE_CELL;
        }
        List<Map<String, String>> cells = product == 0 ? new ArrayList<>() : product(axes);
        cells.removeIf(cell -> excluded.stream().anyMatch(part -> covers(part, cell)));
        cells.addAll(included);
        if (cells.isEmpty() && findings.errors() == before) {
            findings.error(
                    Code.EMPTY_MATRIX,
                    matrix,
                    "the matrix has no cells",
                    "give a variable a list of values: `NAME: [a, b]`");
        }
        return cells.isEmpty() ? ONE_CELL : cells;
    }

    private Map<String, List<String>> axes(Fields fields) {
        Map<String, List<String>> axes = new LinkedHashMap<>();
        for (String name : fields.names()) {
            if (Keys.MATRIX.has(name)) {
                continue;
            }
            Value values = fields.get(name).orElseThrow();
            if (axes.size() == MOST_NAMES) {
                findings.error(
                        YamlCode.BAD_VALUE,
                        fields.key(name).orElseThrow(),
                        "the matrix has more than " + MOST_NAMES + " variables",
                        "take fewer");
                return axes;
            }
            if (scalars.isVariableName(name, fields.key(name).orElseThrow())) {
                axes.put(name, values(values, name));
            }
        }
        return axes;
    }

    private List<String> values(Value value, String name) {
        List<String> texts = new ArrayList<>();
        for (Value entry : scalars.entries(value, "`" + name + "`")) {
            scalars.variable(entry, "a value of `" + name + "`").ifPresent(texts::add);
        }
        return texts;
    }

    private List<Map<String, String>> cells(Optional<Value> list, String what) {
        List<Map<String, String>> cells = new ArrayList<>();
        list.ifPresent(value -> {
            for (Value entry : scalars.entries(value, what)) {
                cells.add(scalars.variables(entry, "an entry of " + what));
            }
        });
        return cells;
    }

    private static boolean covers(Map<String, String> part, Map<String, String> cell) {
        return !part.isEmpty() && cell.entrySet().containsAll(part.entrySet());
    }

    private static List<Map<String, String>> product(Map<String, List<String>> axes) {
        List<Map<String, String>> cells = new ArrayList<>();
        cells.add(Map.of());
        for (Map.Entry<String, List<String>> axis : axes.entrySet()) {
            List<Map<String, String>> longer = new ArrayList<>();
            for (Map<String, String> cell : cells) {
                for (String value : axis.getValue()) {
                    Map<String, String> next = new LinkedHashMap<>(cell);
                    next.put(axis.getKey(), value);
                    longer.add(next);
                }
            }
            cells = longer;
        }
        return cells;
    }
}
