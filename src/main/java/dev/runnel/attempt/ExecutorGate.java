package dev.runnel.attempt;

import dev.runnel.executor.Executor;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/// Lets a run pass when the engine answers.
public final class ExecutorGate {
    private static final Duration ASK_AGAIN = Duration.ofSeconds(1);

    private final Executor executor;
    private final Optional<Duration> patience;

    /// @param patience how long to wait for an engine that does not answer; empty: not at all
    public ExecutorGate(Executor executor, Optional<Duration> patience) {
        this.executor = executor;
        this.patience = patience;
    }

    /// Waits for the engine.
    ///
    /// @param tell hears once that there is a wait
    /// @return empty when the engine answers; else why it does not, after the wait
    public Optional<String> pass(Consumer<String> tell) throws InterruptedException {
        Optional<String> unavailable = executor.unavailable();
        if (unavailable.isEmpty() || patience.isEmpty()) {
            return unavailable;
        }
        tell.accept(
                "waiting for the engine, up to "
                        + patience.get().toSeconds()
                        + " s: "
                        + unavailable.get());
        long deadline = System.nanoTime() + patience.get().toNanos();
        while (unavailable.isPresent() && System.nanoTime() < deadline) {
            Thread.sleep(ASK_AGAIN);
            unavailable = executor.unavailable();
        }
        return unavailable;
    }
}
