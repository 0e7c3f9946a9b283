package dev.runnel.sink;

import dev.runnel.eventlog.EventLog;
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import dev.runnel.store.RunStore;
import dev.runnel.store.StoreUnavailable;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Tells every sink of every run that it wants, each from its own stored position: in order per
/// run, at least once, and without one that is down holding up another.
///
/// It hears of appends, and looks for itself now and then, so that nothing is missed that was
/// requested or written while no instance ran. Start it once, close it once.
public final class SinkFeeder implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SinkFeeder.class.getName());
    private static final Duration LAST_WAIT = Duration.ofSeconds(5);

    private final RunStore store;
    private final EventLog log;
    private final FeederSettings settings;
    private final Clock clock;
    private final List<SinkLane> lanes;
    private final BlockingQueue<RunId> unknown = new LinkedBlockingQueue<>();
    private final Set<RunId> queued = ConcurrentHashMap.newKeySet();
    private final Thread looking;
    private volatile boolean closing;
    private Optional<AutoCloseable> subscription = Optional.empty();

    /// @param sinks each with a name of its own
    /// @param instance name of this process, unique among those that share the database
    public SinkFeeder(
            List<Sink> sinks,
            SinkPositions positions,
            RunStore store,
            EventLog log,
            FeederSettings settings,
            String instance,
            Clock clock,
            RandomGenerator random) {
        this.store = store;
        this.log = log;
        this.settings = settings;
        this.clock = clock;
        Backoff backoff = new Backoff(settings, random);
        this.lanes =
                sinks.stream()
                        .map(sink ->
                                new SinkLane(
                                        new Feed.Parts(
                                                sink,
                                                positions,
                                                store,
                                                log,
                                                settings,
                                                backoff,
                                                clock,
                                                instance,
                                                new Semaphore(settings.parallel(), true)),
                                        this::appended))
                        .toList();
        if (sinks.stream().map(Sink::name).distinct().count() < sinks.size()) {
            throw new IllegalArgumentException("two sinks have the same name");
        }
        this.looking = Thread.ofVirtual().name("sink-feeder").unstarted(this::look);
    }

    /// Begins to tell.
    public void start() {
        if (!lanes.isEmpty()) {
            subscription = Optional.of(log.onAppend(new Appends()));
            looking.start();
        }
    }

    /// Stops telling, with a moment for what is under way. The rest is told by another instance, or
    /// after the next start.
    @Override
    public void close() {
        if (closing) {
            return;
        }
        closing = true;
        subscription.ifPresent(SinkFeeder::closeQuietly);
        looking.interrupt();
        try {
            looking.join(LAST_WAIT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (SinkLane lane : lanes) {
            try {
                lane.close(clock.instant().plus(LAST_WAIT));
            } catch (RuntimeException e) {
                LOG.log(Level.WARNING, "positions of sinks stay leased until they expire", e);
            }
        }
    }

    private void appended(RunId run) {
        boolean known = true;
        for (SinkLane lane : lanes) {
            known &= lane.wake(run);
        }
        if (!known && !closing && queued.add(run)) {
            unknown.add(run);
        }
    }

    private void look() {
        long nextPoll = System.nanoTime();
        while (!closing) {
            try {
                long wait = nextPoll - System.nanoTime();
                if (wait <= 0) {
                    nextPoll = System.nanoTime() + settings.poll().toNanos();
                    poll();
                }
                @Nullable RunId run = unknown.poll(wait, TimeUnit.NANOSECONDS);
                if (run != null) {
                    queued.remove(run);
                    sight(run);
                }
            } catch (InterruptedException e) {
                return;
            } catch (StoreUnavailable e) {
                // what was missed here, the next poll finds
                LOG.log(Level.DEBUG, "waits for the database", e);
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "looking for what to tell failed; trying again later", e);
            }
        }
    }

    private void poll() {
        for (SinkLane lane : lanes) {
            lane.poll();
            lane.sightUnseen(this::sight);
        }
    }

    private void sight(RunId run) {
        List<SinkLane> asking = lanes.stream().filter(lane -> !lane.wake(run)).toList();
        if (!asking.isEmpty()) {
            store.find(run).ifPresent(found -> asking.forEach(lane -> lane.sight(found)));
        }
    }

    /// Hears of appends, and of most runs of this instance at once that no sink wants them.
    private final class Appends implements EventLog.AppendListener {
        @Override
        public void appended(RunId run) {
            SinkFeeder.this.appended(run);
        }

        @Override
        public void appended(Run after) {
            boolean unwanted = true;
            for (SinkLane lane : lanes) {
                unwanted &= lane.passOver(after);
            }
            if (!unwanted) {
                SinkFeeder.this.appended(after.id());
            }
        }
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            LOG.log(Level.DEBUG, "a subscription did not close", e);
        }
    }
}
