package dev.runnel.engine;

import dev.runnel.source.Source;
import dev.runnel.source.SourceFault;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/// A source that keeps every run waiting until it is let go, and then has no such repository: a run
/// that needs no engine.
final class WaitingSource implements Source {
    private final Semaphore let = new Semaphore(0);
    private final AtomicInteger waiting = new AtomicInteger();

    /// Lets runs go on, those that come later included.
    void let(int runs) {
        let.release(runs);
    }

    /// How many runs wait here.
    int waiting() {
        return waiting.get();
    }

    @Override
    public Optional<SourceRefusal> refusalOf(String url) {
        return Optional.empty();
    }

    @Override
    public Checkout checkOut(CheckoutRequest request, CloneProgress progress)
            throws InterruptedException {
        waiting.incrementAndGet();
        try {
            let.acquire();
        } finally {
            waiting.decrementAndGet();
        }
        return new SourceRefusal(SourceFault.REPOSITORY_NOT_FOUND, "there is no such thing");
    }

    @Override
    public Optional<SourceRefusal> fetchHistory(
            CheckoutRequest checkout, String revision, int commits, CloneProgress progress) {
        return Optional.empty();
    }

    @Override
    public PushResult commitAndPush(PushRequest request) {
        throw new AssertionError("nothing is pushed");
    }

    @Override
    public ChangesAnswer changes(ChangesRequest request) {
        throw new AssertionError("nobody asks");
    }
}
