package dev.runnel.executor.process;

import dev.runnel.executor.Executor;
import dev.runnel.executor.StepKey;
import dev.runnel.executor.StopContract;
import java.io.IOException;

class ProcessStopContractTest extends StopContract {
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
}
