package dev.runnel.aerunner;

import java.util.List;

/// What the commands of a run printed.
@FunctionalInterface
public interface Outputs {
    /// Nothing.
    Outputs NONE = (_, _) -> List.of();

    /// What one command printed: a string per line, each with its line end; only the last may lack
    /// one.
    ///
    /// @param step from 1
    /// @param command from 1
    List<String> of(int step, int command);
}
