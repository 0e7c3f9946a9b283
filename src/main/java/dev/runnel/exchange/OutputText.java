package dev.runnel.exchange;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The text of a step that says what it gives to others: `NAME=value` a line, or, for a value of
/// several lines, `NAME<<WORD`, its lines, and a line that is `WORD`. What is said last of a name
/// counts. Empty lines mean nothing.
public final class OutputText {
    /// Bytes of a text.
    public static final int MOST_BYTES = 64 * 1024;

    /// Names in a text.
    static final int MOST_VALUES = 100;

    private static final Pattern SAYS =
            Pattern.compile("([A-Za-z_][A-Za-z0-9_]{0,254})(=|<<)(.*)", Pattern.DOTALL);

    private OutputText() {}

    /// What came of reading a text.
    public sealed interface Read {
        /// The values by name, in the order of the text.
        record Values(Map<String, String> byName) implements Read {}

        /// It says something that cannot be understood.
        ///
        /// @param why one sentence for people, without its full stop
        record Refused(String why) implements Read {}
    }

    /// Reads a text in UTF-8.
    public static Read read(ByteBuffer bytes) {
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            return new Read.Refused("it is not UTF-8");
        }
        if (text.indexOf('\0') >= 0) {
            return new Read.Refused("it has a NUL, which no variable can hold");
        }
        return read(text.lines().toList());
    }

    private static Read read(List<String> lines) {
        Map<String, String> values = new LinkedHashMap<>();
        Iterator<String> left = lines.iterator();
        int number = 0;
        while (left.hasNext()) {
            String line = left.next();
            number++;
            if (line.isBlank()) {
                continue;
            }
            Matcher says = SAYS.matcher(line);
            if (!says.matches()) {
                return new Read.Refused("line " + number + " is no `NAME=value`");
            }
            String value = says.group(3);
            if (says.group(2).equals("<<")) {
                String end = value.strip();
                StringBuilder several = new StringBuilder();
                boolean ended = false;
                int begin = number;
                while (left.hasNext() && !ended) {
                    String next = left.next();
                    number++;
                    ended = next.equals(end);
                    if (!ended) {
                        several.append(several.isEmpty() && number == begin + 1 ? "" : "\n");
                        several.append(next);
                    }
                }
                if (end.isEmpty() || !ended) {
                    return new Read.Refused(
                            "what begins on line " + begin + " with `<<` has no end");
                }
                value = several.toString();
            }
            values.put(says.group(1), value);
            if (values.size() > MOST_VALUES) {
                return new Read.Refused("it names more than " + MOST_VALUES + " variables");
            }
        }
        return new Read.Values(values);
    }
}
