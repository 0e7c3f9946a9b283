package dev.runnel.logtext;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// About how large a regular expression gets when its counted repetitions are written out, which is
/// what a program for it needs: `(a{1000}){1000}` is a million. Never too little.
final class ExpressionSize {
    /// The largest that is used.
    static final long MOST = 10_000;

    private static final Pattern COUNT = Pattern.compile("\\{(\\d{1,9})(,(\\d{0,9}))?}");

    private ExpressionSize() {}

    static long of(String expression) {
        Deque<Long> outer = new ArrayDeque<>();
        Matcher count = COUNT.matcher(expression);
        long size = 0;
        long last = 0;
        int at = 0;
        while (at < expression.length()) {
            char one = expression.charAt(at);
            if (one == '{' && count.region(at, expression.length()).lookingAt()) {
                size += last * (Math.max(times(count.group(1)), times(count.group(3))) - 1);
                last = size;
                at = count.end();
            } else {
                at++;
                switch (one) {
                    case '\\' -> {
                        at++;
                        last = 1;
                        size++;
                    }
                    case '[' -> {
                        at = endOfClass(expression, at);
                        last = 1;
                        size++;
                    }
                    case '(' -> {
                        outer.push(size);
                        size = 0;
                    }
                    case ')' -> {
                        last = size + 1;
                        size = last + (outer.isEmpty() ? 0 : outer.pop());
                    }
                    case '*', '+', '?' -> size++;
                    default -> {
                        last = 1;
                        size++;
                    }
                }
            }
            if (size > MOST) {
                return size;
            }
        }
        return size + outer.stream().mapToLong(Long::longValue).sum();
    }

    private static long times(@Nullable String digits) {
        return digits == null || digits.isEmpty() ? 1 : Math.max(1, Long.parseLong(digits));
    }

    private static int endOfClass(String expression, int from) {
        int at = from;
        while (at < expression.length() && (expression.charAt(at) != ']' || at == from)) {
            at += expression.charAt(at) == '\\' ? 2 : 1;
        }
        return at + 1;
    }
}
