package dev.runnel.bench;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicIntegerArray;

/// One client of an event stream, fed by its connection. It checks that the numbers of the events
/// go up one by one, and notes how old each line of output was when it came.
final class FanoutClient {
    private static final byte[] ID = "id: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OUTPUT = "event: output".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "event: end".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] AT = "\"at\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final int MINUTE_MILLIS = 60_000;
    private static final int CLOCKS_APART_MILLIS = 1000;
    // of `2026-01-31T12:00:SS.mmm…`
    private static final int SECONDS = 17;
    private static final int MOST_KEPT = 1 << 16;

    private final AtomicIntegerArray ages;
    private final byte[] kept = new byte[MOST_KEPT];
    private int length;
    private long lastId;
    private long lines;
    private boolean output;
    private boolean ended;
    private boolean withoutHoles = true;

    /// @param ages how many lines had this age in milliseconds, of all clients
    FanoutClient(AtomicIntegerArray ages) {
        this.ages = ages;
    }

    /// Takes the next bytes.
    ///
    /// @param nowMillis the time
    void take(Buffer bytes, long nowMillis) {
        int at = 0;
        while (at < bytes.length()) {
            int room = Math.min(bytes.length() - at, kept.length - length);
            bytes.getBytes(at, at + room, kept, length);
            at += room;
            length += room;
            takeLines(nowMillis);
        }
    }

    private void takeLines(long nowMillis) {
        int begin = 0;
        for (int place = 0; place < length; place++) {
            if (kept[place] == '\n') {
                takeLine(begin, place, nowMillis);
                begin = place + 1;
            }
        }
        if (begin == 0 && length == kept.length) {
            throw new IllegalStateException("a line of more than " + MOST_KEPT + " bytes");
        }
        System.arraycopy(kept, begin, kept, 0, length - begin);
        length -= begin;
    }

    private void takeLine(int from, int to, long nowMillis) {
        if (startsWith(ID, from, to)) {
            long id = 0;
            for (int place = from + ID.length; place < to; place++) {
                id = id * 10 + kept[place] - '0';
            }
            withoutHoles &= id == lastId + 1;
            lastId = id;
            output = false;
        } else if (startsWith(OUTPUT, from, to)) {
            output = true;
            lines++;
        } else if (startsWith(END, from, to)) {
            ended = true;
        } else if (output && startsWith(DATA, from, to)) {
            ages.incrementAndGet(Math.min(age(from, to, nowMillis), ages.length() - 1));
        }
    }

    private int age(int from, int to, long nowMillis) {
        for (int place = from; place < to - AT.length; place++) {
            if (startsWith(AT, place, to)) {
                int seconds = place + AT.length + SECONDS;
                int stored = 1000 * number(seconds, 2) + number(seconds + 3, 3);
                int age = Math.floorMod((int) (nowMillis % MINUTE_MILLIS) - stored, MINUTE_MILLIS);
                // clocks of two processes may be some milliseconds apart
                return age > MINUTE_MILLIS - CLOCKS_APART_MILLIS ? 0 : age;
            }
        }
        throw new IllegalStateException("an event without a time");
    }

    private int number(int from, int digits) {
        int number = 0;
        for (int place = from; place < from + digits; place++) {
            number = number * 10 + kept[place] - '0';
        }
        return number;
    }

    private boolean startsWith(byte[] word, int from, int to) {
        if (to - from < word.length) {
            return false;
        }
        for (int place = 0; place < word.length; place++) {
            if (kept[from + place] != word[place]) {
                return false;
            }
        }
        return true;
    }

    long lines() {
        return lines;
    }

    long lastId() {
        return lastId;
    }

    /// Whether it has every event up to the end.
    boolean isComplete() {
        return ended && withoutHoles;
    }
}
