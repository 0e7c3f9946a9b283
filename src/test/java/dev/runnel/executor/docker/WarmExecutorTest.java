package dev.runnel.executor.docker;

import dev.runnel.executor.Executor;
import dev.runnel.executor.ExecutorContract;
import dev.runnel.executor.Outside;
import org.junit.jupiter.api.extension.RegisterExtension;

class WarmExecutorTest extends ExecutorContract {
    @RegisterExtension static final WarmExecutor EXECUTOR = WarmExecutor.pooled();

    @Override
    protected Executor executor() {
        return EXECUTOR;
    }

    @Override
    protected Outside outside() {
        return OutsideDocker.WARM;
    }
}
