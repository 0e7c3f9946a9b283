package dev.runnel.condition;

/// What an expression says of some facts.
public sealed interface Verdict {

    record Holds() implements Verdict {}

    record DoesNotHold() implements Verdict {}

    /// It says nothing: it divides by zero, takes a word for a number, asks for the outcome of a
    /// step that has none, or takes too long.
    ///
    /// @param message what went wrong, a sentence for people without its full stop
    record Fault(String message) implements Verdict {}
}
