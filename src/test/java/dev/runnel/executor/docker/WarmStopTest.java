package dev.runnel.executor.docker;

import dev.runnel.executor.Executor;
import dev.runnel.executor.Outside;
import dev.runnel.executor.StopContract;
import org.junit.jupiter.api.extension.RegisterExtension;

class WarmStopTest extends StopContract {
    @RegisterExtension static final WarmExecutor EXECUTOR = WarmExecutor.prepared();

    @Override
    protected Executor executor() {
        return EXECUTOR;
    }

    @Override
    protected Outside outside() {
        return OutsideDocker.WARM;
    }
}
