package dev.runnel.executor.process;

import dev.runnel.executor.Executor;
import dev.runnel.executor.Outside;
import dev.runnel.executor.StopContract;

class ProcessStopContractTest extends StopContract {
    private static final ProcessExecutor EXECUTOR = ContractPlace.executor();

    @Override
    protected Executor executor() {
        return EXECUTOR;
    }

    @Override
    protected Outside outside() {
        return ContractPlace.OUTSIDE;
    }
}
