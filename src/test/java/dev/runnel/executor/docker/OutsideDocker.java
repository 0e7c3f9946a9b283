package dev.runnel.executor.docker;

import dev.runnel.executor.Outside;
import dev.runnel.executor.StepKey;

/// What happens to containers of the shared engine by way of its command line.
record OutsideDocker(Class<?> stepProcess) implements Outside {
    /// Another process runs a step in a container that it makes for it.
    static final OutsideDocker USUAL = new OutsideDocker(DockerStepProcess.class);

    /// Another process runs a step in a container that waited for it.
    static final OutsideDocker WARM = new OutsideDocker(WarmStepProcess.class);

    @Override
    public void kill(StepKey key) throws Exception {
        DockerCommand.run("kill", ContainerPlan.name(key));
    }

    @Override
    public void remove(StepKey key) throws Exception {
        DockerCommand.run("rm", "--force", ContainerPlan.name(key));
    }
}
