package dev.runnel.bench;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads a stream of server-sent events to its end event. Output, of which there may be millions,
/// is counted without making objects of it.
final class EventReader {
    private static final Pattern AT = Pattern.compile("\"at\":\"([^\"]+)\"");
    private static final Pattern STATE = Pattern.compile("\"state\":\"([A-Z_]+)\"");
    private static final byte[] ID = ascii("id: ");
    private static final byte[] EVENT = ascii("event: ");
    private static final byte[] DATA = ascii("data: ");
    private static final byte[] OUTPUT = ascii("event: output");
    private static final byte[] PARTIAL = ascii("\"partial\":true}");

    private final InputStream in;
    private byte[] buffer = new byte[1 << 18];
    private int begin;
    private int end;

    private String type = "";
    private long lastId;
    private boolean withoutHoles = true;
    private long lines;
    private long firstLineAt;
    private long endAt;
    private String state = "";
    private @Nullable Instant firstStart;
    private @Nullable Instant lastStart;

    EventReader(InputStream in) {
        this.in = in;
    }

    /// Reads until the end event.
    ///
    /// @param began `System.nanoTime()` from which times are counted
    FollowedRun readAll(String run, long began, long acceptedNanos) throws IOException {
        while (endAt == 0) {
            int lineEnd = nextLineEnd();
            take(begin, lineEnd);
            begin = lineEnd + 1;
        }
        long commands =
                firstStart == null || lastStart == null
                        ? 0
                        : Duration.between(firstStart, lastStart).toNanos();
        return new FollowedRun(
                run,
                acceptedNanos,
                firstLineAt == 0 ? 0 : firstLineAt - began,
                endAt - began,
                commands,
                lines,
                withoutHoles,
                state);
    }

    private int nextLineEnd() throws IOException {
        int searched = begin;
        while (true) {
            for (int place = searched; place < end; place++) {
                if (buffer[place] == '\n') {
                    return place;
                }
            }
            searched = end - begin;
            fill();
        }
    }

    /// Moves what is left to the front and reads some more behind it.
    private void fill() throws IOException {
        int left = end - begin;
        byte[] target = left > buffer.length / 2 ? new byte[buffer.length * 2] : buffer;
        System.arraycopy(buffer, begin, target, 0, left);
        buffer = target;
        begin = 0;
        end = left;
        int read = in.read(buffer, end, buffer.length - end);
        if (read < 0) {
            throw new EOFException("the stream ended after event " + lastId + " without an end");
        }
        end += read;
    }

    private void take(int from, int to) {
        if (startsWith(ID, from, to)) {
            long id = number(from + ID.length, to);
            withoutHoles &= id == lastId + 1;
            lastId = id;
        } else if (startsWith(OUTPUT, from, to)) {
            type = "output";
            if (lines == 0) {
                firstLineAt = System.nanoTime();
            }
            lines++;
        } else if (startsWith(EVENT, from, to)) {
            type = text(from + EVENT.length, to);
        } else if (type.equals("output") && endsWith(PARTIAL, from, to)) {
            // the rest of the line comes in an event of its own
            lines--;
        } else if (!type.equals("output") && startsWith(DATA, from, to)) {
            happened(text(from + DATA.length, to));
        }
    }

    private void happened(String data) {
        switch (type) {
            case "command.started" -> {
                lastStart = at(data);
                firstStart = firstStart == null ? lastStart : firstStart;
            }
            case "end" -> {
                endAt = System.nanoTime();
                state = found(STATE, data);
            }
            default -> {}
        }
    }

    private boolean endsWith(byte[] text, int from, int to) {
        return to - from >= text.length && startsWith(text, to - text.length, to);
    }

    private static Instant at(String data) {
        return Instant.parse(found(AT, data));
    }

    private static String found(Pattern pattern, String data) {
        Matcher matcher = pattern.matcher(data);
        if (!matcher.find()) {
            throw new IllegalStateException("no " + pattern + " in " + data);
        }
        return matcher.group(1);
    }

    private boolean startsWith(byte[] word, int from, int to) {
        return to - from >= word.length
                && Arrays.equals(buffer, from, from + word.length, word, 0, word.length);
    }

    private long number(int from, int to) {
        long number = 0;
        for (int place = from; place < to; place++) {
            number = number * 10 + (buffer[place] - '0');
        }
        return number;
    }

    private String text(int from, int to) {
        return new String(buffer, from, to - from, StandardCharsets.UTF_8);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
