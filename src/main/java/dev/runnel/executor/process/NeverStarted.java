package dev.runnel.executor.process;

import dev.runnel.executor.RunningStep;
import dev.runnel.executor.StepExit;
import java.time.Duration;
import java.util.function.Supplier;

/// An attempt of which nothing exists.
///
/// @param why gives the exit, or throws
record NeverStarted(Supplier<StepExit> why) implements RunningStep {
    @Override
    public StepExit await() {
        return why.get();
    }

    @Override
    public void stop(Duration grace) {}

    @Override
    public void detach() {}

    @Override
    public void close() {}
}
