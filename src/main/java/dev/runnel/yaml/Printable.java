package dev.runnel.yaml;

import java.util.PrimitiveIterator;

/// Text of a file as it may appear in a problem: short, on one line, without characters that a
/// terminal obeys or a database refuses.
public final class Printable {
    private static final int LONGEST_QUOTE = 60;
    private static final int LONGEST_KEY = 100;
    private static final int LONGEST_LINE = 200;

    private Printable() {}

    /// The text between backticks.
    public static String quote(String text) {
        return '`' + shorten(text, LONGEST_QUOTE) + '`';
    }

    /// The text on one line.
    public static String line(String text) {
        return shorten(text, LONGEST_LINE);
    }

    /// The text as YAML in single quotes.
    public static String yaml(String text) {
        return "'" + shorten(text, LONGEST_LINE).replace("'", "''") + "'";
    }

    /// The text as one token of a JSON pointer. A longer key than anybody writes is cut, so such a
    /// path names its place to people only.
    static String token(String key) {
        return shorten(key, LONGEST_KEY).replace("~", "~0").replace("/", "~1");
    }

    /// Whether the text has characters below space, or halves of surrogate pairs, which no encoding
    /// can carry.
    public static boolean hasControls(String text) {
        return text.codePoints().anyMatch(Printable::isControl);
    }

    private static String shorten(String text, int longest) {
        StringBuilder out = new StringBuilder();
        PrimitiveIterator.OfInt points = text.codePoints().iterator();
        for (int count = 0; points.hasNext(); count++) {
            if (count == longest) {
                return out.append('…').toString();
            }
            int point = points.nextInt();
            if (point == '\n') {
                out.append("\\n");
            } else if (point == '\t') {
                out.append("\\t");
            } else if (isControl(point)) {
                out.append(String.format("\\u%04x", point));
            } else {
                out.appendCodePoint(point);
            }
        }
        return out.toString();
    }

    private static boolean isControl(int point) {
        return Character.isISOControl(point)
                || (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE)
                || isDirection(point)
                || point == 0x2028
                || point == 0x2029;
    }

    // marks that turn the direction of what a terminal or a browser shows after them
    private static boolean isDirection(int point) {
        return (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
    }
}
