package dev.runnel.logtext;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/// What is looked for in a line.
public sealed interface LinePattern {
    /// The longest one, in characters.
    int LONGEST = 1000;

    /// Where it begins in the line; -1 when it is not there.
    int in(CharSequence line);

    /// A text as it is.
    record Text(String text) implements LinePattern {
        @Override
        public int in(CharSequence line) {
            return line.toString().indexOf(text);
        }
    }

    /// A regular expression in the syntax of RE2: no backreferences and no lookaround, and in
    /// return a time that is linear in the text.
    record Expression(Pattern pattern) implements LinePattern {
        @Override
        public int in(CharSequence line) {
            Matcher matcher = pattern.matcher(line);
            return matcher.find() ? matcher.start() : -1;
        }
    }

    /// A regular expression.
    ///
    /// @throws NotAnExpression when it has faults, or is so large that it would need too much
    ///   memory
    static LinePattern expression(String text) {
        try {
            if (ExpressionSize.of(text) > ExpressionSize.MOST) {
                throw new NotAnExpression("its repetitions make it too large");
            }
            return new Expression(Pattern.compile(text));
        } catch (PatternSyntaxException e) {
            throw new NotAnExpression(e.getDescription());
        }
    }

    /// The text is no regular expression that can be used.
    final class NotAnExpression extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        NotAnExpression(String message) {
            super(message);
        }
    }
}
