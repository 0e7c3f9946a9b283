package dev.runnel.executor;

/// What happens to an executor's attempts outside the process of a test.
public interface Outside {
    /// Ends the main process of an attempt the way a stranger would.
    void kill(StepKey key) throws Exception;

    /// Takes an attempt away the way a stranger would.
    void remove(StepKey key) throws Exception;

    /// Program that runs a step in a process of its own: its `main` calls
    /// [StepProcess#run(Executor, String...)].
    Class<?> stepProcess();
}
