package dev.runnel.masking;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Texts that are looked for all at once. Immutable.
///
/// Four characters at a time are looked up in a table of bits, which nearly always says that
/// nothing begins there; only then are whole texts compared. That is as fast as an automaton for
/// some hundred texts, and takes memory for the texts alone.
final class Needles {
    /// Fewer characters are found everywhere.
    static final int SHORTEST = 4;

    /// No texts.
    static final Needles NONE = new Needles(Set.of());

    private static final int[] NOWHERE = {};
    private static final int TABLE_BITS = 17;
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private final Set<String> texts;
    private final long[] table;
    private final Map<Long, List<String>> byStart = new HashMap<>();
    private final Set<String> shortStarts = new HashSet<>();
    private final int longest;

    private Needles(Set<String> texts) {
        this.texts = texts;
        this.table = new long[texts.isEmpty() ? 0 : (1 << TABLE_BITS) / Long.SIZE];
        int most = 0;
        for (String text : texts) {
            long start = start(text, 0);
            int bit = bit(start);
            table[bit >>> 6] |= 1L << bit;
            byStart.computeIfAbsent(start, _ -> new ArrayList<>()).add(text);
            for (int length = 1; length < SHORTEST; length++) {
                shortStarts.add(text.substring(0, length));
            }
            most = Math.max(most, text.length());
        }
        byStart.values()
                .forEach(list -> list.sort(Comparator.comparingInt(String::length).reversed()));
        this.longest = most;
    }

    /// These and others, each of at least [#SHORTEST] characters.
    Needles with(Collection<String> others) {
        Set<String> all = new HashSet<>(texts);
        return all.addAll(others) ? new Needles(all) : this;
    }

    boolean isEmpty() {
        return texts.isEmpty();
    }

    /// Where one or more of them stand.
    ///
    /// @return begin and end of each place, in order; places that touch are one
    int[] places(String text) {
        int length = text.length();
        if (longest == 0 || length < SHORTEST) {
            return NOWHERE;
        }
        int[] places = NOWHERE;
        int count = 0;
        long start = start(text, 0) >>> 16;
        for (int at = 0; at + SHORTEST <= length; at++) {
            start = (start << 16) | text.charAt(at + SHORTEST - 1);
            int bit = bit(start);
            if ((table[bit >>> 6] & (1L << bit)) == 0) {
                continue;
            }
            int end = at + longestAt(text, at, start);
            if (end == at) {
                continue;
            }
            if (count > 0 && at <= places[count - 1]) {
                places[count - 1] = Math.max(places[count - 1], end);
            } else {
                places = Arrays.copyOf(places, count + 2);
                places[count++] = at;
                places[count++] = end;
            }
        }
        return places;
    }

    private int longestAt(String text, int at, long start) {
        @Nullable List<String> candidates = byStart.get(start);
        if (candidates == null) {
            return 0;
        }
        for (String candidate : candidates) {
            if (text.startsWith(candidate, at)) {
                return candidate.length();
            }
        }
        return 0;
    }

    /// Where the end of the text begins that may be the beginning of one of them; the length of the
    /// text when there is no such end.
    int unfinished(String text) {
        int length = text.length();
        for (int at = Math.max(0, length - longest + 1); at < length; at++) {
            if (isBeginning(text, at)) {
                return at;
            }
        }
        return length;
    }

    private boolean isBeginning(String text, int at) {
        int left = text.length() - at;
        if (left < SHORTEST) {
            return shortStarts.contains(text.substring(at));
        }
        long start = start(text, at);
        int bit = bit(start);
        if ((table[bit >>> 6] & (1L << bit)) == 0) {
            return false;
        }
        return byStart.getOrDefault(start, List.of()).stream()
                .anyMatch(needle ->
                        needle.length() > left && text.regionMatches(at, needle, 0, left));
    }

    private static long start(String text, int at) {
        return ((long) text.charAt(at) << 48)
                | ((long) text.charAt(at + 1) << 32)
                | ((long) text.charAt(at + 2) << 16)
                | text.charAt(at + 3);
    }

    private static int bit(long start) {
        return (int) ((start * SPREAD) >>> (Long.SIZE - TABLE_BITS));
    }
}
