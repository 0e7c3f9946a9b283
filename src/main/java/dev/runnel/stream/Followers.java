package dev.runnel.stream;

import dev.runnel.eventlog.EventLog;
import dev.runnel.eventlog.EventLog.Watch;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.RunEvent.RunEnded;
import dev.runnel.run.RunId;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Feeds everybody who follows a log. A follower is a loop on the thread of its request: read what
/// is stored after its position, render it, hand it over and wait until it is on its way, so that a
/// slow follower costs nobody else anything. The position is its only state; what is notified is
/// never sent, only read again.
@ApplicationScoped
class Followers {
    // about one stored chunk of usual lines; a bound on what one follower holds in memory
    private static final int MOST_EVENTS = 1000;

    private final EventLog log;
    private final Duration keepAlive;
    private final Set<Follower> active = ConcurrentHashMap.newKeySet();

    Followers(EventLog log, StreamSettings settings, MeterRegistry meters) {
        this.log = log;
        this.keepAlive = settings.keepAlive();
        meters.gaugeCollectionSize("runnel.events.followers", List.of(), active);
    }

    /// Serves one follower; returns when the stream is complete.
    ///
    /// @return false when the stream was broken off
    boolean serve(RunStream stream, Rendering rendering, Wire wire) {
        Follower follower = new Follower(Thread.currentThread());
        active.add(follower);
        wire.onClose(follower::stop);
        try {
            wire.send(rendering.opening());
            feed(stream, rendering, wire);
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
            follower.finish();
        }
    }

    private void feed(RunStream stream, Rendering rendering, Wire wire)
            throws InterruptedException {
        RunId run = stream.run();
        long position = stream.after();
        long lastSign = System.nanoTime();
        try (Watch watch = log.watch(run)) {
            while (position < stream.until()) {
                List<RecordedEvent> events = log.read(run, position, MOST_EVENTS);
                byte[] bytes = rendering.render(run, events);
                Duration quiet = Duration.ofNanos(System.nanoTime() - lastSign);
                if (bytes.length == 0 && quiet.compareTo(keepAlive) >= 0) {
                    bytes = rendering.keepAlive();
                    lastSign = System.nanoTime();
                }
                if (bytes.length > 0) {
                    wire.send(bytes);
                    lastSign = System.nanoTime();
                }
                if (events.isEmpty()) {
                    Duration left = keepAlive.minusNanos(System.nanoTime() - lastSign);
                    watch.await(position, left.isPositive() ? left : Duration.ZERO);
                } else {
                    RecordedEvent last = events.getLast();
                    if (last.event() instanceof RunEnded) {
                        return;
                    }
                    position = last.seq();
                }
            }
        }
    }

    void stopAll(@Observes ShutdownDelayInitiatedEvent shutdown) {
        active.forEach(Follower::stop);
    }

    void stopAll(@Observes ShutdownEvent shutdown) {
        active.forEach(Follower::stop);
    }

    /// Where a follower's bytes go.
    interface Wire {
        /// Sends bytes and waits until they are on their way.
        ///
        /// @throws InterruptedException when the client is gone
        void send(byte[] bytes) throws InterruptedException;

        /// Calls back when the client goes away, at once if it has.
        void onClose(Runnable listener);
    }

    /// A thread that serves a follower.
    private static final class Follower {
        private final Thread thread;
        private boolean stopped;
        private boolean finished;

        Follower(Thread thread) {
            this.thread = thread;
        }

        synchronized void stop() {
            stopped = true;
            if (!finished) {
                thread.interrupt();
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
