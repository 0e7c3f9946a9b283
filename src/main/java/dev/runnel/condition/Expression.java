package dev.runnel.condition;

import java.util.Set;

/// A condition in the [Common Expression Language](https://cel.dev): an expression without loops or
/// assignments that says yes or no.
///
/// It can ask for `variables` (`variables.DAY == 'monday'`), `ref`, `branch`, `tag` (empty text
/// when there is none), `changed` (`changed.exists(path, path.glob('docs/**'))`) and `outcomes`
/// (`outcomes['Build'] == 'failed'`) and `outputs` (`outputs['Build'].VERSION == '2'`). Safe for
/// any number of threads. Parsing the first one takes half a second, since the language is loaded
/// then.
public final class Expression {
    /// Characters of an expression.
    public static final int LONGEST = 1_000;

    private final String text;
    private final Conditions.Compiled compiled;

    private Expression(String text, Conditions.Compiled compiled) {
        this.text = text;
        this.compiled = compiled;
    }

    /// Reads an expression. Never throws for anything that a text may contain.
    public static Parsed parse(String text) {
        return switch (Conditions.compile(text)) {
            case Conditions.Compiled compiled ->
                    new Parsed.Accepted(new Expression(text, compiled));
            case Conditions.Faulty(String message, int column) ->
                    new Parsed.Refused(message, column);
        };
    }

    /// What it says of these facts; takes a second at the most.
    public Verdict evaluate(Facts facts) {
        return compiled.evaluate(facts);
    }

    /// Names of the steps whose outcomes or outputs it asks for, as far as it has them in so many
    /// words.
    public Set<String> steps() {
        return compiled.steps();
    }

    /// As it was written.
    @Override
    public String toString() {
        return text;
    }
}
