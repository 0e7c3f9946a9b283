package dev.runnel.executor;

import dev.runnel.run.RunId;

/// Names one attempt of one step on an engine.
///
/// @param step from 1
/// @param attempt from 1
public record StepKey(RunId run, int step, int attempt) {
    /// `<run>-<step>-<attempt>`, safe as a container name and a file name.
    @Override
    public String toString() {
        return run + "-" + step + "-" + attempt;
    }
}
