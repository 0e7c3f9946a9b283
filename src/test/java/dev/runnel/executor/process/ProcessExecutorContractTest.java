package dev.runnel.executor.process;

import dev.runnel.executor.Executor;
import dev.runnel.executor.ExecutorContract;
import dev.runnel.executor.Outside;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;

class ProcessExecutorContractTest extends ExecutorContract {
    private static final ProcessExecutor EXECUTOR = ContractPlace.executor();

    @Override
    protected Executor executor() {
        return EXECUTOR;
    }

    @Override
    protected Outside outside() {
        return ContractPlace.OUTSIDE;
    }

    @Override
    @Test
    @Disabled("Output waits in files here, see ProcessSurvivalTest.aListenerThatBlocksLosesNothing")
    protected void listenerThatBlocksSlowsTheStepDown() {}
}
