package dev.runnel.stream;

import dev.runnel.eventlog.EventLog;
import dev.runnel.eventlog.EventLog.Watch;
import dev.runnel.eventlog.LogUnavailable;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.RunEvent.RunEnded;
import dev.runnel.run.RunId;
import dev.runnel.stream.SharedChunks.Place;
import dev.runnel.stream.SharedChunks.Rendered;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Feeds everybody who follows a log. A follower is a loop on the thread of its request: read what
/// is stored after its position, render it, hand it over and wait until it is on its way, so that a
/// slow follower costs nobody else anything. The position is its only state: a notification only
/// says that it is worth reading again.
@ApplicationScoped
class Followers {
    // about one stored chunk of usual lines; a bound on what one follower holds in memory
    private static final int MOST_EVENTS = 1000;
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final long SHARED_BYTES = 16L << 20;

    private final EventLog log;
    private final Duration keepAlive;
    private final SharedChunks chunks = new SharedChunks(SHARED_BYTES);
    private final Set<Follower> active = ConcurrentHashMap.newKeySet();
    // how many follow each run
    private final Map<RunId, Integer> audiences = new ConcurrentHashMap<>();
    private volatile boolean closing;

    Followers(EventLog log, StreamSettings settings, MeterRegistry meters) {
        this.log = log;
        this.keepAlive = settings.keepAlive();
        meters.gaugeCollectionSize("runnel.events.followers", List.of(), active);
        Gauge.builder("runnel.events.shared", chunks, SharedChunks::size)
                .baseUnit(BaseUnits.BYTES)
                .register(meters);
    }

    /// Serves one follower; returns when the stream is complete.
    ///
    /// @return false when the stream was broken off
    boolean serve(RunStream stream, Rendering rendering, Wire wire) {
        Follower follower = new Follower(Thread.currentThread());
        active.add(follower);
        audiences.merge(stream.run(), 1, Integer::sum);
        wire.onClose(follower::stop);
        if (closing) {
            follower.wantNoMore();
        }
        try {
            wire.send(rendering.opening());
            feed(stream, rendering, wire, follower);
            return true;
        } catch (InterruptedException e) {
            // the client went away, or this process ends; the finally block clears the mark
            return false;
        } catch (RuntimeException e) {
            if (follower.isStopped()) {
                return false;
            }
            throw e;
        } finally {
            active.remove(follower);
            audiences.computeIfPresent(stream.run(), (_, count) -> count > 1 ? count - 1 : null);
            follower.finish();
        }
    }

    private void feed(RunStream stream, Rendering rendering, Wire wire, Follower follower)
            throws InterruptedException {
        long position = stream.after();
        boolean caughtUp = false;
        long lastSign = System.nanoTime();
        try (Watch watch = log.watch(stream.run())) {
            while (position < stream.until()) {
                // asked before the log is, or what came in between would be missed
                boolean lastLook = follower.isToFinish();
                Place place = new Place(stream.run(), rendering, position);
                Rendered next = read(place, stream.until());
                position = next.last();
                byte[] bytes = next.bytes();
                if (bytes.length == 0 && !left(lastSign).isPositive()) {
                    bytes = rendering.keepAlive();
                    lastSign = System.nanoTime();
                }
                if (bytes.length > 0) {
                    wire.send(bytes);
                    lastSign = System.nanoTime();
                }
                if (next.end() || !wire.wantsMore()) {
                    return;
                }
                // a watch knows of what came since it began, so from the first time that nothing
                // was left to read there is no need to ask the log in vain
                caughtUp |= !next.any();
                if (!next.any() && stream.until() < Long.MAX_VALUE) {
                    throw new LogCutOff(stream.run(), position, stream.until());
                }
                if (lastLook && !next.any()) {
                    return;
                }
                if (caughtUp) {
                    follower.await(watch, position, left(lastSign));
                }
            }
        }
    }

    private Duration left(long lastSign) {
        Duration left = keepAlive.minusNanos(System.nanoTime() - lastSign);
        return left.isPositive() ? left : Duration.ZERO;
    }

    private Rendered read(Place place, long until) throws InterruptedException {
        try {
            if (!place.rendering().isShared() || isAlone(place.run())) {
                return render(place, until);
            }
            Rendered shared = chunks.get(place, () -> render(place, Long.MAX_VALUE));
            return shared.last() > until ? render(place, until) : shared;
        } catch (LogUnavailable e) {
            // the follower stays and hears the rest when the log answers again
            Thread.sleep(PAUSE);
            return new Rendered(Rendering.NOTHING, place.after(), false, true);
        }
    }

    // what nobody else reads would only grow old in the shared memory
    private boolean isAlone(RunId run) {
        return audiences.getOrDefault(run, 0) == 1;
    }

    private Rendered render(Place place, long until) {
        List<RecordedEvent> events = upTo(until, log.read(place.run(), place.after(), MOST_EVENTS));
        if (events.isEmpty()) {
            return new Rendered(Rendering.NOTHING, place.after(), false, false);
        }
        RecordedEvent last = events.getLast();
        boolean end = last.event() instanceof RunEnded;
        byte[] bytes = place.rendering().render(place.run(), events);
        Set<Integer> steps = place.rendering().steps();
        long position =
                bytes.length == 0 && !end && !steps.isEmpty()
                        ? log.passOver(place.run(), last.seq(), steps)
                        : last.seq();
        return new Rendered(bytes, position, end, true);
    }

    private static List<RecordedEvent> upTo(long until, List<RecordedEvent> events) {
        if (events.isEmpty() || events.getLast().seq() <= until) {
            return events;
        }
        return events.stream().takeWhile(event -> event.seq() <= until).toList();
    }

    /// Ends every stream once it has all that is stored. The runs of this instance were finished or
    /// handed over before, so that a follower hears of the end of its run, or comes back elsewhere.
    void finishAll(
            @Observes @Priority(Interceptor.Priority.LIBRARY_AFTER)
                    ShutdownDelayInitiatedEvent shutdown) {
        closing = true;
        active.forEach(Follower::wantNoMore);
    }

    void stopAll(@Observes ShutdownEvent shutdown) {
        active.forEach(Follower::stop);
    }

    /// What was in the log when the stream began is not there any more: it was removed meanwhile.
    private static final class LogCutOff extends RuntimeException {
        private static final long serialVersionUID = 1L;

        LogCutOff(RunId run, long position, long until) {
            super("the log of run %s ends at %d of %d".formatted(run, position, until));
        }
    }

    /// Where a follower's bytes go.
    interface Wire {
        /// Sends bytes and waits until they are on their way.
        ///
        /// @throws InterruptedException when the client is gone
        void send(byte[] bytes) throws InterruptedException;

        /// Whether more bytes are of any use.
        default boolean wantsMore() {
            return true;
        }

        /// Calls back when the client goes away, at once if it has.
        void onClose(Runnable listener);
    }

    /// A thread that serves a follower.
    private static final class Follower {
        private final Thread thread;
        private boolean stopped;
        private boolean finished;
        private boolean waiting;
        private boolean wantsNoMore;

        Follower(Thread thread) {
            this.thread = thread;
        }

        synchronized void stop() {
            stopped = true;
            if (!finished) {
                thread.interrupt();
            }
        }

        /// What is stored is still sent, but nothing is waited for any more.
        synchronized void wantNoMore() {
            wantsNoMore = true;
            if (waiting) {
                thread.interrupt();
            }
        }

        synchronized boolean isToFinish() {
            return wantsNoMore;
        }

        /// Waits for the log to grow, unless nothing is waited for any more.
        void await(Watch watch, long position, Duration atMost) throws InterruptedException {
            if (!beginWaiting()) {
                return;
            }
            try {
                watch.await(position, atMost);
            } catch (InterruptedException e) {
                if (isStopped()) {
                    throw e;
                }
            } finally {
                endWaiting();
            }
        }

        private synchronized boolean beginWaiting() {
            waiting = !wantsNoMore;
            return waiting;
        }

        private synchronized void endWaiting() {
            waiting = false;
            if (wantsNoMore && !stopped) {
                Thread.interrupted();
            }
        }

        synchronized boolean isStopped() {
            return stopped;
        }

        /// After this the thread is no longer interrupted, and carries no mark of it.
        synchronized void finish() {
            finished = true;
            Thread.interrupted();
        }
    }
}
