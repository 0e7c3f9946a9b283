package dev.runnel.executor.docker;

import dev.runnel.executor.StepProcess;

/// Runs one step; see `StepProcess`.
final class DockerStepProcess {
    private DockerStepProcess() {}

    public static void main(String[] arguments) throws InterruptedException {
        StepProcess.run(new DockerExecutor(TestDockerConfig.shared()), arguments);
    }
}
