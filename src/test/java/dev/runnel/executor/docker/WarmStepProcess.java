package dev.runnel.executor.docker;

import dev.runnel.executor.StepProcess;

/// Runs one step in a container that waited for it; see `StepProcess`.
final class WarmStepProcess {
    private WarmStepProcess() {}

    public static void main(String[] arguments) throws InterruptedException {
        StepProcess.run(WarmExecutor.prepared(), arguments);
    }
}
