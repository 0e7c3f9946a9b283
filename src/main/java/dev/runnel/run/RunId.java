package dev.runnel.run;

import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/// Identifies a run: a UUID of version 7 (RFC 9562 §5.7), so ids sort by the time of the request.
public record RunId(UUID value) implements Comparable<RunId> {
    // UUID.compareTo compares signed halves, which is not the order of the text
    private static final Comparator<RunId> TEXT_ORDER = Comparator.comparing(RunId::toString);

    private static final Pattern FORM =
            Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    /// A new id for a request made at this time.
    public static RunId at(Instant time, RandomGenerator random) {
        long millis = time.toEpochMilli() & 0xFFFF_FFFF_FFFFL;
        long high = (millis << 16) | 0x7000L | (random.nextLong() & 0x0FFFL);
        long low = 0x8000_0000_0000_0000L | (random.nextLong() >>> 2);
        return new RunId(new UUID(high, low));
    }

    /// The lowest id that a request made at this time, or later, can have: where a search by time
    /// may begin.
    public static RunId earliestAt(Instant time) {
        long millis = Math.max(0, time.toEpochMilli()) & 0xFFFF_FFFF_FFFFL;
        return new RunId(new UUID((millis << 16) | 0x7000L, 0x8000_0000_0000_0000L));
    }

    /// The id written as text, or empty when the text is not a UUID.
    public static Optional<RunId> parse(String text) {
        return FORM.matcher(text).matches()
                ? Optional.of(new RunId(UUID.fromString(text)))
                : Optional.empty();
    }

    @Override
    public int compareTo(RunId other) {
        return TEXT_ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
