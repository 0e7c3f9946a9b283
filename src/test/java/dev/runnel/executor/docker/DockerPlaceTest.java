package dev.runnel.executor.docker;

import dev.runnel.executor.Executor;
import dev.runnel.executor.PlaceContract;
import dev.runnel.executor.StepKey;
import dev.runnel.executor.StepSpec;

class DockerPlaceTest extends PlaceContract {
    private static final DockerExecutor EXECUTOR = new DockerExecutor(TestDockerConfig.shared());

    @Override
    protected Executor executor() {
        return EXECUTOR;
    }

    @Override
    protected StepSpec bash(StepSpec spec) {
        return DockerFixture.with(spec, "runnel-test/bash");
    }

    @Override
    protected void killFromOutside(StepKey key) throws Exception {
        DockerCommand.run("kill", ContainerPlan.name(key));
    }

    @Override
    protected void removeFromOutside(StepKey key) throws Exception {
        DockerCommand.run("rm", "--force", ContainerPlan.name(key));
    }

    @Override
    protected Class<?> stepProcess() {
        return DockerStepProcess.class;
    }
}
