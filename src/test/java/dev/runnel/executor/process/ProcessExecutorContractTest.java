package dev.runnel.executor.process;

import dev.runnel.executor.Executor;
import dev.runnel.executor.ExecutorContract;
import dev.runnel.executor.StepKey;
import java.io.IOException;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;

class ProcessExecutorContractTest extends ExecutorContract {
    private static final ProcessExecutor EXECUTOR = ContractPlace.executor();

    @Override
    protected Executor executor() {
        return EXECUTOR;
    }

    @Override
    protected void killFromOutside(StepKey key) throws IOException {
        ContractPlace.kill(key);
    }

    @Override
    protected void removeFromOutside(StepKey key) {
        ContractPlace.executor().destroy(key);
    }

    @Override
    protected Class<?> stepProcess() {
        return ContractPlace.class;
    }

    @Override
    @Test
    @Disabled("Output waits in files here, see ProcessSurvivalTest.aListenerThatBlocksLosesNothing")
    protected void listenerThatBlocksSlowsTheStepDown() {}
}
