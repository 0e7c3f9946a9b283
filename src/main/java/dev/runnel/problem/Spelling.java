package dev.runnel.problem;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/// Guesses which of the known words somebody meant.
public final class Spelling {
    private Spelling() {}

    /// What to say about an unknown word: the one that was probably meant, or all that there are.
    public static String hint(String unknown, Collection<String> known) {
        return closest(unknown, known)
                .map(word -> "did you mean " + word + "?")
                .orElse("known are " + String.join(", ", known));
    }

    /// The known word that was probably meant.
    public static Optional<String> closest(String unknown, Collection<String> known) {
        String wanted = unknown.toLowerCase(Locale.ROOT);
        // a third of the letters may be wrong
        int atMost = Math.max(1, Math.min(wanted.length(), 30) / 3);
        return known.stream()
                .filter(word -> Math.abs(word.length() - wanted.length()) <= atMost)
                .filter(word -> distance(wanted, word.toLowerCase(Locale.ROOT)) <= atMost)
                .min(
                        Comparator.comparingInt(
                                word -> distance(wanted, word.toLowerCase(Locale.ROOT))));
    }

    /// Levenshtein distance.
    private static int distance(String left, String right) {
        int[] row = new int[right.length() + 1];
        for (int column = 0; column <= right.length(); column++) {
            row[column] = column;
        }
        for (int line = 1; line <= left.length(); line++) {
            int diagonal = row[0];
            row[0] = line;
            for (int column = 1; column <= right.length(); column++) {
                int substitution =
                        diagonal + (left.charAt(line - 1) == right.charAt(column - 1) ? 0 : 1);
                diagonal = row[column];
                row[column] = Math.min(substitution, 1 + Math.min(row[column], row[column - 1]));
            }
        }
        return row[right.length()];
    }
}
