package dev.runnel.executor.docker;

import dev.runnel.executor.Executor;
import dev.runnel.executor.Outside;
import dev.runnel.executor.StopContract;

class DockerStopTest extends StopContract {
    private static final DockerExecutor EXECUTOR = new DockerExecutor(TestDockerConfig.shared());

    @Override
    protected Executor executor() {
        return EXECUTOR;
    }

    @Override
    protected Outside outside() {
        return OutsideDocker.USUAL;
    }
}
