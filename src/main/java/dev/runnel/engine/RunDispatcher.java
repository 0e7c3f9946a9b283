package dev.runnel.engine;

import dev.runnel.artifact.ArtifactStore;
import dev.runnel.driver.DriverSettings;
import dev.runnel.driver.RunDrivers;
import dev.runnel.eventlog.EventLog;
import dev.runnel.executor.Executor;
import dev.runnel.executor.StepPlaces;
import dev.runnel.format.PipelineFormat;
import dev.runnel.group.StepGroups;
import dev.runnel.masking.RegisteredValues;
import dev.runnel.run.Reason;
import dev.runnel.run.RunId;
import dev.runnel.source.Source;
import dev.runnel.store.Instances.Load;
import dev.runnel.store.RunQueue;
import dev.runnel.store.RunQueue.Promotion;
import dev.runnel.store.RunStore;
import dev.runnel.store.RunStore.Claim;
import dev.runnel.store.StoreUnavailable;
import dev.runnel.turn.RunPlace;
import dev.runnel.turn.RunPlaces;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Takes runs from the store and has them driven, a bounded number at a time; the rest waits in the
/// store. Start it once, close it once.
public final class RunDispatcher {
    private static final System.Logger LOG = System.getLogger(RunDispatcher.class.getName());
    private static final Duration TRY_AGAIN = Duration.ofSeconds(2);
    private static final Duration SWEEP_EVERY = Duration.ofMinutes(1);
    // After a run was taken: there is no other one, and a place that became free
    private static final int USUALLY_IN_VAIN = 3;
    private static final int MOST_MILLIS_IN_VAIN = 20;
    private static final Duration LAST_WAIT = Duration.ofSeconds(10);

    private final RunStore store;
    private final RunQueue queue;
    private final Presence presence;
    private final EngineSettings settings;
    private final RunDrivers drivers;
    private final DrivenRuns driven;
    private final LeaseKeeper leases;
    private final QueueCare care;
    private final EngineCounts counts = new EngineCounts();
    private final StepPlaces steps;
    private final Janitor janitor;
    private final RunPlaces places;
    private final Semaphore news = new Semaphore(0);
    private final Thread claiming;
    private final Thread sweeping;
    private volatile boolean closing;
    // when there may be something to claim although nobody says so
    private long dueAt = System.nanoTime();
    // how often in a row news led to nothing; of the claiming thread alone
    private int toldInVain;
    private Optional<AutoCloseable> subscription = Optional.empty();

    public RunDispatcher(
            RunStore store,
            RunQueue queue,
            Presence presence,
            StepGroups groups,
            EventLog log,
            RegisteredValues registered,
            ArtifactStore artifacts,
            Source source,
            List<PipelineFormat> formats,
            Executor executor,
            EngineSettings settings,
            Clock clock) {
        this.store = store;
        this.queue = queue;
        this.presence = presence;
        this.settings = settings;
        this.places = new RunPlaces(settings.maxRuns(), this::wake);
        this.steps = new StepPlaces(settings.maxSteps());
        this.drivers =
                new RunDrivers(
                        store,
                        groups,
                        source,
                        formats,
                        executor,
                        log,
                        registered,
                        artifacts,
                        settings.driver(),
                        steps,
                        clock);
        this.driven =
                new DrivenRuns(
                        drivers, store, queue, log, counts, settings.driver().stopGrace(), clock);
        this.care = new QueueCare(queue);
        this.leases = new LeaseKeeper(store, driven, settings);
        this.janitor = new Janitor(executor, store, settings.driver(), clock);
        this.claiming = Thread.ofVirtual().name("dispatcher").unstarted(this::claim);
        this.sweeping = Thread.ofVirtual().name("janitor").unstarted(this::sweep);
    }

    /// Begins to take runs.
    public void start() {
        subscription =
                Optional.of(
                        store.onChange(change -> {
                            wake();
                            switch (change) {
                                case CLAIMABLE -> {}
                                case CANCEL -> leases.nudge();
                            }
                        }));
        presence.start(() -> new Load(running(), steps.taken()));
        leases.start();
        care.start();
        drivers.begin();
        claiming.start();
        sweeping.start();
    }

    /// Whether this instance is ending and takes nothing new.
    public boolean isClosing() {
        return closing;
    }

    /// How many runs this instance drives now, without those that wait for people or other runs
    /// alone.
    public int running() {
        return Math.max(0, driven.size() - places.resting());
    }

    /// Whether this instance drives a run now.
    boolean drives(RunId id) {
        return driven.has(id);
    }

    /// How many runs this instance drives at the most.
    public int maxRuns() {
        return settings.maxRuns();
    }

    /// How many steps this instance runs now.
    public int runningSteps() {
        return steps.taken();
    }

    /// How many places wait for steps on this instance, and how many did.
    public Executor.Ahead.Waiting waiting() {
        return drivers.waiting();
    }

    /// How many steps this instance runs at the most.
    public int maxSteps() {
        return settings.maxSteps();
    }

    /// What this instance did since it started.
    public EngineCounts counts() {
        return counts;
    }

    /// There may be something to claim.
    void wake() {
        news.release();
    }

    /// Stops a run for which cancelling was requested in the store: at once when it is driven here
    /// or by nobody; its driver elsewhere hears of it from the store.
    void cancel(RunId id, Reason why) {
        if (!driven.cancel(id, why)) {
            // it takes no place: all that is left to do is to say that it was aborted
            store.claim(id, settings.driver().instance(), settings.lease())
                    .ifPresent(claim -> driven.drive(claim, RunPlace.OWN, () -> {}));
        }
    }

    /// Stops a step for which that was requested in the store: at once when its run is driven here;
    /// a driver elsewhere, or a later one, hears of it from the store.
    void cancel(RunId id, int step) {
        driven.cancel(id, step);
    }

    /// Lets a step go on of which somebody approved in the store: at once when its run is driven
    /// here; a driver elsewhere, or a later one, hears of it from the store.
    void approve(RunId id, int step) {
        driven.approve(id, step);
    }

    private void claim() {
        boolean answering = true;
        while (!closing) {
            Optional<RunPlaces.Place> place = Optional.empty();
            try {
                place = Optional.of(places.take());
                if (claimOne(place.get())) {
                    place = Optional.empty();
                    answering = true;
                    continue;
                }
                answering = true;
            } catch (StoreUnavailable e) {
                if (answering) {
                    LOG.log(System.Logger.Level.WARNING, "cannot claim runs for now", e);
                }
                answering = false;
                dueAt = System.nanoTime() + TRY_AGAIN.toNanos();
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                place.ifPresent(RunPlaces.Place::giveBackUnused);
                LOG.log(System.Logger.Level.ERROR, "claiming failed; trying again", e);
                pause();
                continue;
            }
            place.ifPresent(RunPlaces.Place::giveBackUnused);
            try {
                awaitNews();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private boolean claimOne(RunPlaces.Place place) {
        if (System.nanoTime() - dueAt >= 0) {
            promoteDue();
        }
        Optional<Claim> claim = claimNext();
        // what became due, or may expire, since the last look
        if (claim.isEmpty() && promoteDue() > 0) {
            claim = claimNext();
        }
        if (claim.isPresent()) {
            toldInVain = 0;
        }
        claim.ifPresent(taken -> driven.drive(taken, place, place::end));
        return claim.isPresent();
    }

    private Optional<Claim> claimNext() {
        DriverSettings own = settings.driver();
        return store.claimNext(own.instance(), own.labels(), settings.lease());
    }

    private int promoteDue() {
        Promotion promotion = queue.promoteDue();
        dueAt = System.nanoTime() + promotion.askAgain().toNanos();
        return promotion.runs();
    }

    private void awaitNews() throws InterruptedException {
        long wait = dueAt - System.nanoTime();
        // news of a run that could not be taken at that moment would be forgotten until then
        boolean told =
                news.tryAcquire(
                        toldInVain > 0 ? Math.min(wait, TRY_AGAIN.toNanos()) : wait,
                        TimeUnit.NANOSECONDS);
        toldInVain = told ? toldInVain + 1 : 0;
        if (toldInVain > USUALLY_IN_VAIN) {
            // every run that is stored is news, to a paused queue as well
            Thread.sleep(Math.min(toldInVain, MOST_MILLIS_IN_VAIN));
        }
        news.drainPermits();
    }

    private static void pause() {
        try {
            Thread.sleep(TRY_AGAIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void sweep() {
        while (!closing) {
            try {
                counts.removed(janitor.sweep());
            } catch (RuntimeException e) {
                // the engine or the database is away, which others say loudly enough
                LOG.log(System.Logger.Level.DEBUG, "the janitor comes again later", e);
            }
            try {
                Thread.sleep(SWEEP_EVERY);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /// Takes nothing new, and lets the runs in progress finish, go on without this process, or
    /// stop, as the settings say. Returns when none is driven any more.
    public void shutDown() throws InterruptedException {
        if (closing) {
            return;
        }
        closing = true;
        presence.drain();
        claiming.interrupt();
        sweeping.interrupt();
        subscription.ifPresent(RunDispatcher::closeQuietly);
        claiming.join();
        care.stop();
        switch (settings.shutdown()) {
            case DRAIN -> driven.awaitNone(settings.shutdownGrace());
            case STOP -> {
                driven.cancelAll();
                driven.awaitNone(settings.driver().stopGrace().plus(LAST_WAIT));
            }
            case HAND_OVER -> {}
        }
        driven.leaveAll();
        driven.awaitNone(LAST_WAIT);
        leases.stop();
        presence.leave();
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            LOG.log(System.Logger.Level.DEBUG, "a subscription did not close", e);
        }
    }
}
