package dev.runnel.yaml;

/// A key that a mapping may have.
///
/// @param shape what it leads to
/// @param meaning one sentence for people, without its full stop
public record Key(String name, Shape shape, String meaning) {}
