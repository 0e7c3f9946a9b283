package dev.runnel.yaml;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.yaml.snakeyaml.reader.StreamReader;

/// The text of a file, counted in characters (code points) and lines as an editor counts them.
public final class FileText {
    /// Bytes of a file.
    public static final int LARGEST = 1024 * 1024;

    private static final int BYTE_ORDER_MARK = 0xfeff;

    private final String text;
    private final int[] characters;
    private final int[] lineStarts;

    /// Where something stands.
    ///
    /// @param line from 1
    /// @param column in characters, from 1
    public record Place(int line, int column) {
        public static final Place START = new Place(1, 1);
    }

    private FileText(String text) {
        this.text = text;
        this.characters = text.codePoints().toArray();
        this.lineStarts =
                IntStream.range(0, Math.max(1, characters.length))
                        .filter(index -> index == 0 || isLineEnd(index - 1))
                        .toArray();
    }

    /// The text of these bytes; empty when they are no text that YAML allows, with the problem
    /// among the findings.
    public static Optional<FileText> decode(byte[] content, Findings findings) {
        if (content.length > LARGEST) {
            findings.error(
                    YamlCode.FILE_TOO_LARGE,
                    Place.START,
                    "",
                    "the file has more than " + LARGEST + " bytes, the most that is read",
                    "move long scripts into files of the repository and call them");
            return Optional.empty();
        }
        CharsetDecoder decoder =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer bytes = ByteBuffer.wrap(content);
        CharBuffer decoded = CharBuffer.allocate(content.length);
        CoderResult result = decoder.decode(bytes, decoded, true);
        String text = withoutMark(decoded.flip().toString());
        if (result.isError()) {
            findings.error(
                    YamlCode.NOT_UTF8,
                    after(text),
                    "",
                    String.format("byte 0x%02x is not UTF-8", content[bytes.position()]),
                    "save the file with the encoding UTF-8");
            return Optional.empty();
        }
        return new FileText(text).allowed(findings);
    }

    private static String withoutMark(String text) {
        return !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
    }

    private static Place after(String text) {
        // one more character, so that what follows a line end is the first of a new line
        return new FileText(text + '?').place(text.codePointCount(0, text.length()));
    }

    private Optional<FileText> allowed(Findings findings) {
        for (int index = 0; index < characters.length; index++) {
            if (!StreamReader.isPrintable(characters[index])) {
                findings.error(
                        YamlCode.BAD_CHARACTER,
                        place(index),
                        "",
                        String.format(
                                "the character U+%04X is not allowed in YAML", characters[index]),
                        characters[index] == 0
                                ? "save the file with the encoding UTF-8"
                                : "delete it, or write it as an escape in double quotes");
                return Optional.empty();
            }
        }
        return Optional.of(this);
    }

    String text() {
        return text;
    }

    /// The place of the character with this index. What lies behind the end of the file is at the
    /// end of its last line.
    Place place(int index) {
        int found = Arrays.binarySearch(lineStarts, Math.min(index, characters.length));
        int line = found >= 0 ? found : -found - 2;
        int column = Math.min(index, lineEnd(line)) - lineStarts[line];
        return new Place(line + 1, column + 1);
    }

    /// Where the first tab in the indentation of this line is, when there is one.
    ///
    /// @param line from 1
    Optional<Place> tabInIndentation(int line) {
        int start = lineStarts[line - 1];
        return IntStream.range(start, lineEnd(line - 1))
                .takeWhile(index -> characters[index] == ' ' || characters[index] == '\t')
                .filter(index -> characters[index] == '\t')
                .mapToObj(this::place)
                .findFirst();
    }

    private int lineEnd(int line) {
        int end = line + 1 < lineStarts.length ? lineStarts[line + 1] : characters.length;
        while (end > lineStarts[line]
                && (characters[end - 1] == '\n' || characters[end - 1] == '\r')) {
            end--;
        }
        return end;
    }

    private boolean isLineEnd(int index) {
        return characters[index] == '\n'
                || (characters[index] == '\r'
                        && (index + 1 == characters.length || characters[index + 1] != '\n'));
    }
}
