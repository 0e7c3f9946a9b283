package dev.runnel.yaml;

import dev.runnel.yaml.Value.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;

/// Reads values that are one text, number or word, and lists and mappings of them. What is not of
/// its form is among the findings, and then nothing comes out.
public final class Scalars {
    private static final int LONGEST_LINE = 255;
    private static final int LONGEST_VALUE = 32 * 1024;
    private static final int MOST_VARIABLES = 100;
    private static final int MOST_TEXTS = 1_000;
    private static final Set<String> TRUE = Set.of("true", "yes", "on");
    private static final Set<String> FALSE = Set.of("false", "no", "off");
    private static final Pattern WHOLE = Pattern.compile("[+]?[0-9]{1,9}");
    private static final Pattern NUMBER = Pattern.compile("[+]?[0-9]{1,9}([.][0-9]{0,9})?");
    private static final Pattern DURATION =
            Pattern.compile("(?:(\\d{1,9})d)?(?:(\\d{1,9})h)?(?:(\\d{1,9})m)?(?:(\\d{1,9})s)?");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})\\s*([kmgKMG])?(?:i?[bB])?");
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,254}");
    private static final Duration LONGEST = Duration.ofDays(30);

    private final Findings findings;

    public Scalars(Findings findings) {
        this.findings = findings;
    }

    /// `true` or `false` in any of their YAML 1.1 spellings.
    ///
    /// @param what what the value is to people: ``` `commit` ```
    public Optional<Boolean> flag(Value value, String what) {
        String word = value.scalar().toLowerCase(Locale.ROOT);
        boolean isYes = TRUE.contains(word);
        if (value.kind() != Kind.BOOLEAN || !(isYes || FALSE.contains(word))) {
            String key = what.replace("`", "");
            findings.wrongType(
                    value, what, "`true` or `false`", "write `" + key + ": true`, without quotes");
            return Optional.empty();
        }
        return Optional.of(isYes);
    }

    /// A line of text; a number, a date and the like are taken as they are written.
    ///
    /// @param code of a text that is blank, long, or has line ends or control characters
    public Optional<String> line(Value value, String what, ProblemCode code) {
        if (!isScalar(value)) {
            findings.wrongType(value, what, "text", orRemove(what));
            return Optional.empty();
        }
        String text = value.scalar().strip();
        Optional<String> fault = Optional.empty();
        String hint = "write it on one line";
        if (text.isEmpty()) {
            fault = Optional.of(what + " is blank");
            hint = orRemove(what);
        } else if (text.length() > LONGEST_LINE) {
            fault = Optional.of(what + " has more than " + LONGEST_LINE + " characters");
            hint = "shorten it";
        } else if (Printable.hasControls(text)) {
            fault = Optional.of(what + " has line ends or other control characters");
        }
        if (fault.isPresent()) {
            findings.error(code, value, fault.get(), hint);
            return Optional.empty();
        }
        return Optional.of(text);
    }

    public Optional<String> line(Value value, String what) {
        return line(value, what, YamlCode.BAD_VALUE);
    }

    private static String orRemove(String what) {
        return what.startsWith("`")
                ? "write a " + what.replace("`", "") + " or remove the key"
                : "write text, or remove it";
    }

    /// One of some words.
    public Optional<String> word(Value value, String what, List<String> words) {
        Optional<String> text = line(value, what);
        if (text.isPresent() && !words.contains(text.get())) {
            findings.error(
                    YamlCode.BAD_VALUE,
                    value,
                    Printable.quote(text.get()) + " is nothing that " + what + " can be",
                    Suggestions.closest(text.get(), words)
                            .map(word -> "did you mean `" + word + "`?")
                            .orElse("write one of `" + String.join("`, `", words) + "`"));
            return Optional.empty();
        }
        return text;
    }

    /// A whole number between two others.
    public Optional<Integer> whole(Value value, String what, int least, int most) {
        return number(value, what, WHOLE, least, most).map(Double::intValue);
    }

    /// A number between two others.
    public Optional<Double> number(Value value, String what, double least, double most) {
        return number(value, what, NUMBER, least, most);
    }

    private Optional<Double> number(
            Value value, String what, Pattern form, double least, double most) {
        String expected = form.equals(WHOLE) ? "a whole number" : "a number";
        String hint = "write a number from " + plain(least) + " to " + plain(most);
        if (value.kind() != Kind.NUMBER) {
            findings.wrongType(value, what, expected, hint);
            return Optional.empty();
        }
        Optional<Double> number =
                Optional.of(value.scalar())
                        .filter(text -> form.matcher(text).matches())
                        .map(Double::parseDouble)
                        .filter(read -> read >= least && read <= most);
        if (number.isEmpty()) {
            String message = what + " cannot be " + Printable.quote(value.scalar());
            findings.error(YamlCode.BAD_VALUE, value, message, hint);
        }
        return number;
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? String.valueOf((long) number) : "" + number;
    }

    /// A span of time such as `90s`, `5m` or `1h30m`, at least a second and at most thirty days.
    public Optional<Duration> duration(Value value, String what) {
        String text = value.scalar().strip();
        String hint = "write it as `90s`, `5m` or `1h30m`";
        if (!isScalar(value)) {
            findings.wrongType(value, what, "a span of time", hint);
            return Optional.empty();
        }
        Matcher parts = DURATION.matcher(text);
        Optional<Duration> duration = Optional.empty();
        if (!text.isEmpty() && parts.matches()) {
            duration =
                    Optional.of(
                            Duration.ofDays(part(parts, 1))
                                    .plusHours(part(parts, 2))
                                    .plusMinutes(part(parts, 3))
                                    .plusSeconds(part(parts, 4)));
        }
        if (duration.filter(span -> !span.isZero() && span.compareTo(LONGEST) <= 0).isEmpty()) {
            String message = Printable.quote(text) + " is no span of time that " + what + " can be";
            findings.error(YamlCode.BAD_VALUE, value, message, hint);
            return Optional.empty();
        }
        return duration;
    }

    private static long part(Matcher parts, int group) {
        return parts.group(group) == null ? 0 : Long.parseLong(parts.group(group));
    }

    /// An amount of memory in bytes: `512m`, `2g`; a number counts mebibytes.
    public Optional<Long> size(Value value, String what) {
        String hint = "write it as `512m` or `2g`";
        if (!isScalar(value)) {
            findings.wrongType(value, what, "an amount of memory", hint);
            return Optional.empty();
        }
        Matcher parts = SIZE.matcher(value.scalar().strip());
        if (!parts.matches() || Long.parseLong(parts.group(1)) == 0) {
            String message = Printable.quote(value.scalar()) + " is no amount of memory";
            findings.error(YamlCode.BAD_VALUE, value, message, hint);
            return Optional.empty();
        }
        String unit = parts.group(2) == null ? "m" : parts.group(2).toLowerCase(Locale.ROOT);
        int shift = unit.equals("k") ? 10 : unit.equals("m") ? 20 : 30;
        return Optional.of(Long.parseLong(parts.group(1)) << shift);
    }

    /// A list of lines of text; one line by itself stands for a list of it.
    public List<String> lines(Value value, String what) {
        List<String> lines = new ArrayList<>();
        for (Value entry : entries(value, what)) {
            line(entry, "an entry of " + what).ifPresent(lines::add);
        }
        return lines;
    }

    /// The entries of a list, at most a thousand; a scalar by itself stands for a list of it.
    public List<Value> entries(Value value, String what) {
        if (isScalar(value)) {
            return List.of(value);
        }
        if (value.kind() != Kind.LIST) {
            findings.wrongType(
                    value, what, "a list", "write a list, each entry on its own line after `- `");
            return List.of();
        }
        List<Value> items = value.items();
        if (items.size() > MOST_TEXTS) {
            findings.error(
                    YamlCode.BAD_VALUE,
                    value,
                    what + " has more than " + MOST_TEXTS + " entries",
                    "shorten it");
            return List.of();
        }
        return items;
    }

    /// Names of variables and their values, which are taken as they are written.
    public Map<String, String> variables(Value value, String what) {
        Map<String, String> variables = new LinkedHashMap<>();
        if (value.kind() != Kind.MAPPING) {
            findings.wrongType(value, what, "a mapping", "write a variable a line: `NAME: value`");
            return variables;
        }
        Fields fields = Fields.of(value, findings);
        if (fields.names().size() > MOST_VARIABLES) {
            findings.error(
                    YamlCode.BAD_VALUE,
                    value,
                    what + " has more than " + MOST_VARIABLES + " variables",
                    "remove what is not needed");
            return variables;
        }
        for (String name : fields.names()) {
            Value entry = fields.get(name).orElseThrow();
            if (isVariableName(name, fields.key(name).orElseThrow())) {
                variable(entry, Printable.quote(name)).ifPresent(text -> variables.put(name, text));
            }
        }
        return variables;
    }

    /// Whether a text can be the name of a variable; tells if not.
    public boolean isVariableName(String name, Value at) {
        if (VARIABLE.matcher(name).matches()) {
            return true;
        }
        findings.error(
                YamlCode.BAD_VALUE,
                at,
                Printable.quote(name) + " cannot be the name of a variable",
                "use letters, digits and `_`, and no digit at the start");
        return false;
    }

    /// The value of a variable.
    public Optional<String> variable(Value value, String what) {
        boolean isEmpty = value.kind() == Kind.NOTHING && value.scalar().isEmpty();
        if (!isScalar(value) && !isEmpty) {
            findings.wrongType(value, what, "text", "write one text, in quotes if need be");
            return Optional.empty();
        }
        String text = value.scalar();
        if (text.length() > LONGEST_VALUE || text.codePoints().anyMatch(Scalars::isUnspeakable)) {
            findings.error(
                    YamlCode.BAD_VALUE,
                    value,
                    what + " is too long, or has a character that no variable can hold",
                    "remove escapes such as `\\0` and `\\uD800`, and put long text into a file");
            return Optional.empty();
        }
        return Optional.of(text);
    }

    /// Whether no program can be given this character: NUL, or half of a surrogate pair.
    public static boolean isUnspeakable(int point) {
        return point == 0 || (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE);
    }

    private static boolean isScalar(Value value) {
        return switch (value.kind()) {
            case TEXT, NUMBER, BOOLEAN, DATE -> true;
            case NOTHING, LIST, MAPPING, TAGGED -> false;
        };
    }

    /// The pairs of a mapping whose keys the author chose, as key and value.
    public static List<Map.Entry<Value, Value>> pairs(Value mapping) {
        List<Map.Entry<Value, Value>> pairs = new ArrayList<>();
        for (NodeTuple pair : mapping.pairs()) {
            if (pair.getKeyNode() instanceof ScalarNode) {
                pairs.add(Map.entry(mapping.key(pair), mapping.under(pair)));
            }
        }
        return pairs;
    }
}
