package dev.runnel.condition;

/// What came of parsing an expression.
public sealed interface Parsed {

    /// The text is an expression that says yes or no.
    record Accepted(Expression expression) implements Parsed {}

    /// The text is none.
    ///
    /// @param message what is wrong, a sentence for people without its full stop
    /// @param column where, in characters from 1; 0 when it is wrong as a whole
    record Refused(String message, int column) implements Parsed {}
}
