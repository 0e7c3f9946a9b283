package dev.runnel.preview;

import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Step;

/// How many steps have to end one after another before a step can start.
final class Waves {
    private final int[] waves;

    private Waves(int[] waves) {
        this.waves = waves;
    }

    static Waves of(Pipeline pipeline) {
        int[] waves = new int[pipeline.steps().size() + 1];
        for (Step step : pipeline.inOrder()) {
            int wave = 1;
            for (int need : step.flow().needs()) {
                wave = Math.max(wave, waves[need] + 1);
            }
            waves[step.number()] = wave;
        }
        return new Waves(waves);
    }

    /// From 1 for a step that can start at once.
    int of(Step step) {
        return waves[step.number()];
    }
}
