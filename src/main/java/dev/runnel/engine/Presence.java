package dev.runnel.engine;

import dev.runnel.store.Instances;
import dev.runnel.store.Instances.Instance;
import dev.runnel.store.Instances.Load;
import dev.runnel.store.StoreUnavailable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// Shows this instance among the others that share the database, with a sign of life three times in
/// each lease. It is for people to look at: what becomes of runs is decided by their leases alone.
public final class Presence {
    private static final System.Logger LOG = System.getLogger(Presence.class.getName());

    private final Instances instances;
    private final EngineSettings settings;
    private final Self self;
    private final Instant startedAt;
    private final Semaphore nudges = new Semaphore(0);
    private final Thread thread = Thread.ofVirtual().name("presence").unstarted(this::keep);
    private volatile Supplier<Load> load = () -> new Load(0, 0);
    private volatile boolean accepting = true;

    /// What an instance says of itself that is not in its settings.
    ///
    /// @param host name of the machine
    /// @param version of Runnel
    /// @param executor where its steps run
    public record Self(String host, String version, String executor) {}

    public Presence(Instances instances, EngineSettings settings, Self self, Clock clock) {
        this.instances = instances;
        this.settings = settings;
        this.self = self;
        this.startedAt = clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /// Begins to give signs of life.
    void start(Supplier<Load> now) {
        load = now;
        thread.start();
    }

    /// Tells that this instance takes nothing new.
    void drain() {
        accepting = false;
        nudges.release();
    }

    private void keep() {
        boolean answering = true;
        while (!Thread.currentThread().isInterrupted()) {
            try {
                instances.beat(instance(), settings.lease());
                answering = true;
            } catch (StoreUnavailable e) {
                if (answering) {
                    LOG.log(System.Logger.Level.DEBUG, "cannot show this instance for now", e);
                }
                answering = false;
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "cannot show this instance; trying again", e);
            }
            try {
                awaitTurn();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    @SuppressWarnings("ReturnValueIgnored") // nudged or not, it is time to tell
    private void awaitTurn() throws InterruptedException {
        Duration turn = settings.lease().dividedBy(3);
        nudges.tryAcquire(turn.toMillis(), TimeUnit.MILLISECONDS);
        nudges.drainPermits();
    }

    private Instance instance() {
        return new Instance(
                settings.driver().instance(),
                self.host(),
                self.version(),
                self.executor(),
                startedAt,
                accepting,
                load.get(),
                new Load(settings.maxRuns(), settings.maxSteps()),
                settings.driver().labels());
    }

    /// Ends the signs of life and is forgotten.
    void leave() throws InterruptedException {
        thread.interrupt();
        thread.join();
        try {
            instances.leave(settings.driver().instance());
        } catch (StoreUnavailable e) {
            LOG.log(System.Logger.Level.DEBUG, "it will be shown as dead for a while", e);
        }
    }
}
