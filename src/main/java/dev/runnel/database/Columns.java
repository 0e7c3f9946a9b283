package dev.runnel.database;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How values of Runnel become values of columns.
public final class Columns {
    private Columns() {}

    /// Text as Postgres takes it: it has no place for U+0000, which becomes U+FFFD.
    public static String text(String value) {
        return value.indexOf('\0') < 0 ? value : value.replace('\0', '\uFFFD');
    }

    /// Text, or null when there is none.
    public static @Nullable String text(Optional<String> value) {
        return value.map(Columns::text).orElse(null);
    }

    /// A `timestamptz`, or null when there is none; Postgres keeps microseconds.
    public static @Nullable OffsetDateTime time(Optional<Instant> value) {
        return value.map(at -> at.atOffset(ZoneOffset.UTC)).orElse(null);
    }
}
