package dev.runnel.executor.process;

import dev.runnel.executor.Outside;
import dev.runnel.executor.StepKey;
import dev.runnel.executor.StepProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;

/// The executor that the contract is tested with, and what a stranger does to its steps.
final class ContractPlace {
    static final Outside OUTSIDE =
            new Outside() {
                @Override
                public void kill(StepKey key) throws IOException {
                    for (HostProcess process : ProcessFixture.processesOf(key)) {
                        process.kill();
                    }
                }

                @Override
                public void remove(StepKey key) {
                    executor().destroy(key);
                }

                @Override
                public Class<?> stepProcess() {
                    return ContractPlace.class;
                }
            };

    private ContractPlace() {}

    /// One folder for all processes of a test run.
    static ProcessExecutor executor() {
        Path folder = Path.of(System.getProperty("java.io.tmpdir"), "runnel-process-contract");
        return new ProcessExecutor(folder, new SecureRandom(), System.getenv());
    }

    /// Runs one step; see `StepProcess`.
    public static void main(String[] arguments) throws InterruptedException {
        StepProcess.run(executor(), arguments);
    }
}
