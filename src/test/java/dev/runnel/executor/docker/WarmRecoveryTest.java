package dev.runnel.executor.docker;

import dev.runnel.executor.Executor;
import dev.runnel.executor.Outside;
import dev.runnel.executor.RecoveryContract;
import org.junit.jupiter.api.extension.RegisterExtension;

class WarmRecoveryTest extends RecoveryContract {
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
