package dev.runnel.stream;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Writes times as `2026-01-31T12:00:00.000000Z`, always with microseconds, so that their texts
/// sort like the times. Remembers the last second, since events come in order; not for several
/// threads.
public final class Rfc3339 {
    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.", Locale.ROOT);

    private static final int MICROS = 6;

    // all of it but the digits after the point stays for a second
    private char[] text = {};
    private long second = Long.MIN_VALUE;

    /// The text of a time.
    public static String of(Instant time) {
        return new Rfc3339().text(time);
    }

    String text(Instant time) {
        return new String(chars(time));
    }

    /// The characters of the text of a time, good until the next one is asked for.
    char[] chars(Instant time) {
        if (time.getEpochSecond() != second) {
            second = time.getEpochSecond();
            LocalDateTime whole = LocalDateTime.ofEpochSecond(second, 0, ZoneOffset.UTC);
            text = (whole.format(SECONDS) + "000000Z").toCharArray();
        }
        int rest = time.getNano() / 1000;
        int z = text.length - 1;
        for (int digit = z - 1; digit >= z - MICROS; digit--) {
            text[digit] = (char) ('0' + rest % 10);
            rest /= 10;
        }
        return text;
    }
}
