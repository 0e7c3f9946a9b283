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

    private long second = Long.MIN_VALUE;
    private String prefix = "";

    /// The text of a time.
    public static String of(Instant time) {
        return new Rfc3339().text(time);
    }

    String text(Instant time) {
        if (time.getEpochSecond() != second) {
            second = time.getEpochSecond();
            prefix = LocalDateTime.ofEpochSecond(second, 0, ZoneOffset.UTC).format(SECONDS);
        }
        char[] micros = new char[7];
        micros[6] = 'Z';
        int rest = time.getNano() / 1000;
        for (int digit = 5; digit >= 0; digit--) {
            micros[digit] = (char) ('0' + rest % 10);
            rest /= 10;
        }
        return prefix + String.valueOf(micros);
    }
}
