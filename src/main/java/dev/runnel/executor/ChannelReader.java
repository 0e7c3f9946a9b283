package dev.runnel.executor;

import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import dev.runnel.run.OutputLine.End;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Reads one channel of an attempt: bytes in any portions become lines and markers. Not
/// thread-safe.
final class ChannelReader {
    /// Longest piece of a line, in bytes.
    static final int LONGEST_LINE = 16 * 1024;

    /// No marker is complete yet; more bytes are needed.
    static final int NOTHING = -1;

    /// The marker with which the shell ends by itself.
    static final int EXIT = -2;

    /// The marker that says that the shell ends with 0 and nothing else runs any more.
    static final int DONE = -3;

    /// The marker with which the script of a step with an after-script ended; [#code] has its exit
    /// code. Markers of this kind are all numbers from here down to the next kind.
    static final int SCRIPT_ENDED = -1000;

    /// The same of the after-script.
    static final int AFTER_ENDED = -2000;

    private static final int ROOM = 64 * 1024;
    private static final int MOST_DIGITS = 7;
    private static final int NOT_A_MARKER = 0;
    private static final int CUT_OFF = -1;
    private static final byte ESC = 0x1b;
    private static final byte[] EXIT_WORD = "exit".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DONE_WORD = "done".getBytes(StandardCharsets.US_ASCII);

    private final OutputChannel channel;
    private final byte[] prefix;
    private final Lines lines;

    // bytes[start, end) are not told yet; of these, bytes[start, scanned) hold no end of a line
    private byte[] bytes = new byte[ROOM];
    private int start;
    private int scanned;
    private int end;
    private long position;
    private boolean afterMarker;
    private int marker = NOTHING;

    /// Hears the lines in order.
    interface Lines {
        void line(OutputChannel channel, OutputLine line, long position);
    }

    /// @param position raw bytes of this channel that were told of before
    ChannelReader(OutputChannel channel, String nonce, long position, Lines lines) {
        this.channel = channel;
        this.prefix = ("\033_R" + nonce + ";").getBytes(StandardCharsets.US_ASCII);
        this.position = position;
        this.lines = lines;
    }

    /// Takes bytes without looking at them.
    void append(byte[] source, int offset, int length) {
        if (bytes.length - end < length) {
            int held = end - start;
            int room = held + length;
            byte[] target = bytes;
            if (room > bytes.length || (room <= ROOM && bytes.length > ROOM)) {
                target = new byte[Math.max(ROOM, Integer.highestOneBit(room) * 2)];
            }
            System.arraycopy(bytes, start, target, 0, held);
            bytes = target;
            scanned -= start;
            start = 0;
            end = held;
        }
        System.arraycopy(source, offset, bytes, end, length);
        end += length;
    }

    /// How many bytes are not told yet.
    int held() {
        return end - start;
    }

    /// Says that the bytes to come are counted from elsewhere.
    void shift(long distance) {
        position += distance;
    }

    /// Tells all complete lines up to the next marker.
    ///
    /// @return the number in that marker, [#EXIT], [#DONE], an end, or [#NOTHING] when there is
    ///   none
    int read() {
        skipLineFeedAfterMarker();
        int at = scanned;
        while (at < end) {
            byte current = bytes[at];
            if (current == '\n') {
                tell(at, at + 1, End.NEWLINE);
                at = start;
            } else if (current == '\r') {
                int next = at + 1;
                while (next < end && bytes[next] == '\r') {
                    next++;
                }
                if (next == end) {
                    break;
                }
                if (bytes[next] == '\n') {
                    tell(at, next + 1, End.NEWLINE);
                } else {
                    tell(at, next, End.RETURN);
                }
                at = start;
            } else if (current == ESC) {
                int length = markerAt(at);
                if (length == CUT_OFF) {
                    break;
                }
                if (length != NOT_A_MARKER) {
                    takeMarker(at, length);
                    return marker;
                }
                at++;
            } else {
                at = nextSpecial(at + 1);
            }
        }
        scanned = at;
        cutLongLine();
        return NOTHING;
    }

    private int nextSpecial(int from) {
        byte[] source = bytes;
        int limit = end;
        int at = from;
        while (at < limit) {
            byte current = source[at];
            if (current == '\n' || current == '\r' || current == ESC) {
                return at;
            }
            at++;
        }
        return at;
    }

    private void takeMarker(int at, int length) {
        if (at > start) {
            tell(at, at, End.NONE);
        }
        start = at + length;
        scanned = start;
        position += length;
        afterMarker = true;
        skipLineFeedAfterMarker();
    }

    // The line feed of a marker makes line-wise logs give it out at once; it is no output.
    private void skipLineFeedAfterMarker() {
        if (afterMarker && start < end) {
            afterMarker = false;
            if (bytes[start] == '\n') {
                start++;
                scanned = start;
                position++;
            }
        }
    }

    // Gives the length of the marker, and its number in `marker`
    private int markerAt(int from) {
        for (int index = 0; index < prefix.length; index++) {
            if (from + index == end) {
                return CUT_OFF;
            }
            if (bytes[from + index] != prefix[index]) {
                return NOT_A_MARKER;
            }
        }
        int body = from + prefix.length;
        int at = body;
        while (at < end && bytes[at] != ESC) {
            if (at - body == MOST_DIGITS) {
                return NOT_A_MARKER;
            }
            at++;
        }
        if (at + 1 >= end) {
            return CUT_OFF;
        }
        if (bytes[at + 1] != '\\') {
            return NOT_A_MARKER;
        }
        marker = number(body, at);
        return marker == NOTHING ? NOT_A_MARKER : at + 2 - from;
    }

    /// The exit code in a marker of an end.
    static int code(int marker) {
        return marker <= AFTER_ENDED ? AFTER_ENDED - marker : SCRIPT_ENDED - marker;
    }

    private int number(int from, int to) {
        if (Arrays.equals(bytes, from, to, EXIT_WORD, 0, EXIT_WORD.length)) {
            return EXIT;
        }
        if (Arrays.equals(bytes, from, to, DONE_WORD, 0, DONE_WORD.length)) {
            return DONE;
        }
        if (to - from > 1 && to - from <= 4 && (bytes[from] == 's' || bytes[from] == 'a')) {
            int code = digits(from + 1, to);
            int kind = bytes[from] == 's' ? SCRIPT_ENDED : AFTER_ENDED;
            return code == NOTHING ? NOTHING : kind - code;
        }
        return digits(from, to);
    }

    private int digits(int from, int to) {
        int value = from == to ? NOTHING : 0;
        for (int at = from; at < to; at++) {
            if (bytes[at] < '0' || bytes[at] > '9') {
                return NOTHING;
            }
            value = value * 10 + bytes[at] - '0';
        }
        return value;
    }

    /// Whether there is text that [#flush] would tell.
    boolean hasUnfinishedText() {
        return textEnd() > start;
    }

    /// Tells the text of a line that has no end yet. Keeps what may be the beginning of a marker,
    /// of a line end or of a character.
    void flush() {
        int to = textEnd();
        if (to > start) {
            tell(to, to, End.NONE);
            scanned = Math.max(scanned, start);
        }
    }

    private int textEnd() {
        return scanned - cutCharacter(start, scanned);
    }

    /// Tells everything that is left, since nothing follows.
    void finish() {
        int to = end;
        while (to > start && bytes[to - 1] == '\r') {
            to--;
        }
        if (end > start) {
            tell(to, end, to == end ? End.NONE : End.RETURN);
        }
        scanned = start;
    }

    private void cutLongLine() {
        while (scanned - start > LONGEST_LINE) {
            int cut = start + LONGEST_LINE;
            cut -= cutCharacter(start, cut);
            tell(cut, cut, End.NONE);
        }
    }

    // Tells bytes[start, textEnd), in pieces when long, and goes on at `next`
    private void tell(int textEnd, int next, End lineEnd) {
        while (textEnd - start > LONGEST_LINE) {
            int cut = start + LONGEST_LINE;
            cut -= cutCharacter(start, cut);
            tellPiece(cut, cut, End.NONE);
        }
        tellPiece(textEnd, next, lineEnd);
        scanned = Math.max(scanned, start);
    }

    private void tellPiece(int textEnd, int next, End lineEnd) {
        String text = new String(bytes, start, textEnd - start, StandardCharsets.UTF_8);
        boolean replaced = text.indexOf('\uFFFD') >= 0 && !isUtf8(start, textEnd);
        position += next - start;
        start = next;
        lines.line(channel, new OutputLine(text, lineEnd, replaced), position);
    }

    private boolean isUtf8(int from, int to) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, to - from));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    // How many bytes before `to` are the beginning of a character that goes on after it
    private int cutCharacter(int from, int to) {
        for (int back = 1; back <= 3 && to - back >= from; back++) {
            int lead = bytes[to - back] & 0xff;
            if (lead >= 0xc2 && lead <= 0xf4) {
                int length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
                return length > back ? back : 0;
            }
            if (lead < 0x80) {
                return 0;
            }
        }
        return 0;
    }
}
