package dev.runnel.sink;

import dev.runnel.eventlog.EventLog;
import dev.runnel.eventlog.LogUnavailable;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunId;
import dev.runnel.run.RunState;
import dev.runnel.sink.Sink.Delivery;
import dev.runnel.sink.Sink.Told;
import dev.runnel.sink.SinkPositions.Claim;
import dev.runnel.sink.SinkPositions.Position;
import dev.runnel.store.RunStore;
import dev.runnel.store.StoreUnavailable;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Tells one sink of one run, whose position this instance has, until all is told or there is no
/// point in staying.
///
/// It works in turns. A turn takes one of the sink's places and gives it back; waiting, for the log
/// to grow or for a target to recover, takes none.
final class Feed {
    private static final System.Logger LOG = System.getLogger(Feed.class.getName());

    private static final int BATCH = 500;
    // a target that failed this often is away for longer; until then the fold is worth keeping
    private static final int FAILURES_WITH_FOLD = 5;

    private final Parts parts;
    private final RunId run;
    private final Semaphore news = new Semaphore(0);
    private final CountDownLatch stopping = new CountDownLatch(1);

    private Position position;
    private boolean saved = true;
    private @Nullable Fold fold;
    private final List<RecordedEvent> gathered = new ArrayList<>();
    private Instant lastTold = Instant.MIN;
    private int failures;

    /// What all feeds of one sink share.
    ///
    /// @param places one for each run that is told at the same time
    record Parts(
            Sink sink,
            SinkPositions positions,
            RunStore store,
            EventLog log,
            FeederSettings settings,
            Backoff backoff,
            Clock clock,
            String instance,
            Semaphore places) {}

    /// The run up to the position.
    ///
    /// @param current the run as it stood when this began
    /// @param told the run as the sink knows it
    private record Fold(Run current, Run told) {}

    private sealed interface Next {
        record Again() implements Next {}

        /// Until the log grows.
        record AwaitNews(Duration atMost) implements Next {}

        /// Whatever happens to the log.
        record Pause(Duration time) implements Next {}

        record End() implements Next {}
    }

    Feed(Parts parts, Claim claim) {
        this.parts = parts;
        this.run = claim.run();
        this.position = claim.position();
    }

    RunId runId() {
        return run;
    }

    /// The log may have grown.
    void wake() {
        news.release();
    }

    /// Whether the log grew after the last turn looked at it.
    boolean hasNews() {
        return news.availablePermits() > 0;
    }

    /// The turn that is under way is to be the last.
    void stop() {
        stopping.countDown();
        wake();
    }

    /// Tells until the end; blocks.
    void tell() throws InterruptedException {
        while (stopping.getCount() > 0) {
            switch (takeTurn()) {
                case Next.Again _ -> {}
                case Next.AwaitNews(Duration atMost) -> awaitNews(atMost);
                case Next.Pause(Duration time) -> pause(time);
                case Next.End _ -> {
                    return;
                }
            }
        }
    }

    @SuppressWarnings("ReturnValueIgnored") // news or not, it is time to look
    private void awaitNews(Duration atMost) throws InterruptedException {
        news.tryAcquire(atMost.toMillis() + 1, TimeUnit.MILLISECONDS);
    }

    @SuppressWarnings("ReturnValueIgnored") // the loop asks whether it is the end
    private void pause(Duration time) throws InterruptedException {
        stopping.await(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    private Next takeTurn() throws InterruptedException {
        parts.places().acquire();
        try {
            return turn();
        } catch (StoreUnavailable | LogUnavailable e) {
            LOG.log(Level.DEBUG, about("waits for the database"), e);
            return new Next.Pause(parts.settings().poll());
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, about("failed; trying again later"), e);
            return new Next.Pause(parts.settings().longestRetry());
        } finally {
            parts.places().release();
        }
    }

    private Next turn() throws InterruptedException {
        news.drainPermits();
        if (!saved && !save(fold != null && fold.told().ended())) {
            return new Next.End();
        }
        if (fold == null) {
            fold = readUpToPosition();
        }
        if (fold == null) {
            return new Next.End();
        }
        if (gathered.size() < BATCH) {
            gathered.addAll(parts.log().read(run, lastGathered(), BATCH));
        }
        if (gathered.isEmpty()) {
            return caughtUp(fold.told());
        }
        Duration patience = patienceLeft();
        return patience.isPositive() ? new Next.AwaitNews(patience) : deliver(fold);
    }

    /// The fold, or null when there is nothing to tell any more.
    private @Nullable Fold readUpToPosition() {
        Optional<Run> current = parts.store().find(run);
        if (current.isEmpty()) {
            return null;
        }
        if (!parts.sink().wants(current.get())) {
            save(true);
            return null;
        }
        Run told = Run.requested(run, current.get().request(), current.get().createdAt());
        while (told.events() < position.seq()) {
            List<RecordedEvent> events = parts.log().read(run, told.events(), BATCH);
            if (events.isEmpty()) {
                throw new IllegalStateException(
                        "the log of run " + run + " ends before event " + position.seq());
            }
            for (RecordedEvent event : events) {
                told = event.seq() <= position.seq() ? told.after(event) : told;
            }
        }
        return new Fold(current.get(), told);
    }

    private Next caughtUp(Run told) {
        if (told.state() == RunState.PENDING) {
            // it may wait in the queue for long, with many others; whoever hears of it takes it
            parts.positions().release(parts.sink().name(), parts.instance(), List.of(run));
            return new Next.End();
        }
        return new Next.AwaitNews(parts.settings().poll());
    }

    private Duration patienceLeft() {
        boolean onlyOutput =
                gathered.stream().allMatch(event -> event.event() instanceof OutputWritten);
        if (!onlyOutput || gathered.size() >= BATCH) {
            return Duration.ZERO;
        }
        return Duration.between(parts.clock().instant(), lastTold.plus(parts.sink().patience()));
    }

    private Next deliver(Fold from) throws InterruptedException {
        List<RecordedEvent> ahead = parts.log().read(run, lastGathered(), BATCH);
        Told told;
        try {
            told =
                    parts.sink()
                            .deliver(
                                    new Delivery(
                                            from.told(),
                                            gathered,
                                            !ahead.isEmpty(),
                                            position.memory()));
        } catch (SinkException e) {
            return failed(from, e, e.retryAfter());
        } catch (StoreUnavailable | LogUnavailable e) {
            // the database is away, not the target
            throw e;
        } catch (RuntimeException e) {
            if (failures == 0) {
                LOG.log(Level.ERROR, about("met a fault in the sink"), e);
            }
            return failed(from, e, Optional.empty());
        }
        if (failures > 0) {
            LOG.log(Level.INFO, about("goes on"));
        }
        failures = 0;
        gathered.addAll(ahead);
        advance(from, told);
        return save(fold != null && fold.told().ended()) ? new Next.Again() : new Next.End();
    }

    private void advance(Fold from, Told told) {
        Run next = from.told();
        while (!gathered.isEmpty() && gathered.getFirst().seq() <= told.upTo()) {
            next = next.after(gathered.removeFirst());
        }
        if (next.events() != told.upTo() || told.upTo() == from.told().events()) {
            throw new IllegalStateException(
                    "sink " + parts.sink().name() + " was not given event " + told.upTo());
        }
        fold = new Fold(from.current(), next);
        position = new Position(told.upTo(), told.memory());
        lastTold = parts.clock().instant();
        saved = false;
    }

    private Next failed(Fold from, Exception fault, Optional<Duration> wish) {
        gathered.clear();
        failures++;
        if (isTooOld(from.current())) {
            save(true);
            LOG.log(Level.ERROR, about("gives up after event " + position.seq()), fault);
            return new Next.End();
        }
        if (failures == 1) {
            LOG.log(Level.WARNING, about("tries again later: " + fault.getMessage()));
        }
        if (failures >= FAILURES_WITH_FOLD) {
            fold = null;
        }
        return new Next.Pause(parts.backoff().after(failures, wish));
    }

    private boolean isTooOld(Run current) {
        return current.ended()
                && current.finishedAt()
                        .orElse(current.createdAt())
                        .plus(parts.settings().giveUpAfter())
                        .isBefore(parts.clock().instant());
    }

    /// Stores the position; false when another instance has it now.
    private boolean save(boolean done) {
        saved = false;
        boolean held =
                parts.positions().save(parts.sink().name(), run, parts.instance(), position, done);
        saved = true;
        if (!held) {
            LOG.log(Level.INFO, about("leaves it to another instance"));
        }
        return held;
    }

    private long lastGathered() {
        return gathered.isEmpty() ? position.seq() : gathered.getLast().seq();
    }

    private String about(String what) {
        return "sink " + parts.sink().name() + ", run " + run + ": " + what;
    }
}
