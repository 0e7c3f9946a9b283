package dev.runnel.yaml;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/// Finds the word that somebody who mistyped meant.
public final class Suggestions {
    private static final int LONGEST = 40;

    private Suggestions() {}

    /// The closest of the words, when it is close enough to be meant.
    public static Optional<String> closest(String typed, Collection<String> words) {
        if (typed.length() > LONGEST) {
            return Optional.empty();
        }
        String lower = typed.toLowerCase(Locale.ROOT);
        return words.stream()
                .filter(word -> distance(lower, word) <= tolerance(word))
                .min(
                        Comparator.comparingInt((String word) -> distance(lower, word))
                                .thenComparing(Comparator.naturalOrder()));
    }

    private static int tolerance(String word) {
        return Math.clamp((word.length() + 1) / 3, 1, 3);
    }

    /// How many characters to insert, delete, replace or swap with their neighbour.
    static int distance(String from, String to) {
        int[] beforeLast = new int[to.length() + 1];
        int[] last = new int[to.length() + 1];
        for (int column = 0; column <= to.length(); column++) {
            last[column] = column;
        }
        for (int row = 1; row <= from.length(); row++) {
            int[] current = new int[to.length() + 1];
            current[0] = row;
            for (int column = 1; column <= to.length(); column++) {
                int replaced = from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1;
                int best = Math.min(last[column], current[column - 1]) + 1;
                best = Math.min(best, last[column - 1] + replaced);
                if (isSwap(from, row, to, column)) {
                    best = Math.min(best, beforeLast[column - 2] + 1);
                }
                current[column] = best;
            }
            beforeLast = last;
            last = current;
        }
        return last[to.length()];
    }

    private static boolean isSwap(String from, int row, String to, int column) {
        return row > 1
                && column > 1
                && from.charAt(row - 1) == to.charAt(column - 2)
                && from.charAt(row - 2) == to.charAt(column - 1);
    }
}
