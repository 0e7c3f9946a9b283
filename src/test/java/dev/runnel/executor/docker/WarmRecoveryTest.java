package dev.runnel.executor.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executor.Executor;
import dev.runnel.executor.RecoveryContract;
import dev.runnel.executor.StepKey;
import org.junit.jupiter.api.AfterAll;

class WarmRecoveryTest extends RecoveryContract {
    private static final WarmExecutor EXECUTOR = WarmExecutor.prepared();

    @AfterAll
    static void waitingContainersWereUsed() {
        assertThat(EXECUTOR.used()).isPositive();
    }

    @Override
    protected Executor executor() {
        return EXECUTOR;
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
        return WarmStepProcess.class;
    }
}
