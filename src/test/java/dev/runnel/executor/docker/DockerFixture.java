package dev.runnel.executor.docker;

import dev.runnel.executor.Executor;
import dev.runnel.executor.ExecutorFixture;
import dev.runnel.executor.Outside;
import dev.runnel.executor.StepSpec;
import dev.runnel.pipeline.Image;
import java.util.Map;

/// What the tests of this adapter alone share.
abstract class DockerFixture extends ExecutorFixture {
    private DockerExecutor executor = new DockerExecutor(TestDockerConfig.shared());

    /// Goes on with another configuration.
    final void use(TestDockerConfig config) {
        executor = new DockerExecutor(config);
    }

    @Override
    protected Executor executor() {
        return executor;
    }

    @Override
    protected Outside outside() {
        return OutsideDocker.USUAL;
    }

    static StepSpec with(StepSpec spec, String image) {
        return with(spec, new Image(image));
    }

    static StepSpec with(StepSpec spec, Image image) {
        return new StepSpec(
                spec.key(),
                image,
                spec.script(),
                spec.environment(),
                spec.workspace(),
                spec.workspacePath(),
                spec.limits(),
                spec.setting(),
                spec.sidecars(),
                spec.mounts());
    }

    static StepSpec with(StepSpec spec, StepSpec.Limits limits) {
        return new StepSpec(
                spec.key(),
                spec.image(),
                spec.script(),
                spec.environment(),
                spec.workspace(),
                spec.workspacePath(),
                limits,
                spec.setting(),
                spec.sidecars(),
                spec.mounts());
    }

    static StepSpec with(StepSpec spec, Map<String, String> environment) {
        return new StepSpec(
                spec.key(),
                spec.image(),
                spec.script(),
                environment,
                spec.workspace(),
                spec.workspacePath(),
                spec.limits(),
                spec.setting(),
                spec.sidecars(),
                spec.mounts());
    }
}
