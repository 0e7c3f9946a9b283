package dev.runnel.executor.docker;

import dev.runnel.executor.Executor;
import dev.runnel.executor.Outside;
import dev.runnel.executor.PlaceContract;
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
    protected Outside outside() {
        return OutsideDocker.USUAL;
    }
}
