package dev.runnel.condition;

import com.google.re2j.Pattern;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Patterns for names of branches and paths of files: `*` stands for anything but `/`, `**` for
/// anything, `**` and a slash for any number of folders or none, `?` for one character but `/`,
/// `{a,b}` for `a` or `b`. A backslash takes the meaning from the character after it; everything
/// else stands for itself.
///
/// Matching takes time in proportion to the text, whatever the pattern is.
public final class Globs {
    /// Characters of a pattern.
    public static final int LONGEST = 1_000;

    private static final int MOST_REMEMBERED = 1_000;
    private static final Map<String, Optional<Pattern>> REMEMBERED = new ConcurrentHashMap<>();

    private Globs() {}

    /// Whether a text is a pattern: neither blank nor too long, and every `{` has its `}`.
    public static boolean isPattern(String text) {
        return compiled(text).isPresent();
    }

    /// Whether a whole path is what a pattern stands for. Nothing is what a text that is no pattern
    /// stands for.
    public static boolean matches(String pattern, String path) {
        return compiled(pattern).stream().anyMatch(compiled -> compiled.matches(path));
    }

    private static Optional<Pattern> compiled(String glob) {
        if (glob.isBlank() || glob.length() > LONGEST) {
            return Optional.empty();
        }
        if (REMEMBERED.size() > MOST_REMEMBERED) {
            REMEMBERED.clear();
        }
        return REMEMBERED.computeIfAbsent(
                glob, text -> regex(text).map(regex -> Pattern.compile(regex, Pattern.DOTALL)));
    }

    private static Optional<String> regex(String glob) {
        StringBuilder regex = new StringBuilder();
        int open = 0;
        for (int index = 0; index < glob.length(); index++) {
            char next = glob.charAt(index);
            if (glob.startsWith("**", index)) {
                boolean isFolder = index == 0 || glob.charAt(index - 1) == '/';
                if (isFolder && glob.startsWith("**/", index)) {
                    regex.append("(?:.*/)?");
                    index += 2;
                } else {
                    regex.append(".*");
                    index += 1;
                }
            } else if (next == '\\' && index + 1 < glob.length()) {
                index++;
                regex.append(Pattern.quote(glob.substring(index, index + 1)));
            } else {
                switch (next) {
                    case '*' -> regex.append("[^/]*");
                    case '?' -> regex.append("[^/]");
                    case '{' -> {
                        regex.append("(?:");
                        open++;
                    }
                    case '}' -> {
                        regex.append(open > 0 ? ")" : "\\}");
                        open = Math.max(0, open - 1);
                    }
                    case ',' -> regex.append(open > 0 ? "|" : ",");
                    default -> regex.append(Pattern.quote(String.valueOf(next)));
                }
            }
        }
        return open == 0 ? Optional.of(regex.toString()) : Optional.empty();
    }
}
