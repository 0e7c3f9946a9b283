package dev.runnel.turn;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/// The places of the runs that an instance drives at a time. Safe for any number of threads.
public final class RunPlaces {
    private final Permits permits;
    private final Runnable freed;
    private final AtomicInteger resting = new AtomicInteger();

    /// Permits that can be taken although there is none.
    private static final class Permits extends Semaphore {
        private static final long serialVersionUID = 1L;

        Permits(int permits) {
            super(permits);
        }

        void takeAnyway() {
            reducePermits(1);
        }
    }

    /// @param freed called when there may be a place again
    public RunPlaces(int most, Runnable freed) {
        this.permits = new Permits(most);
        this.freed = freed;
    }

    /// Waits for a place.
    public Place take() throws InterruptedException {
        permits.acquire();
        return new Place();
    }

    /// How many runs are driven that have left their place to others.
    public int resting() {
        return resting.get();
    }

    /// A place that was taken.
    public final class Place implements RunPlace {
        private boolean isResting;
        private boolean ended;

        @Override
        public void rest() {
            synchronized (this) {
                if (isResting || ended) {
                    return;
                }
                isResting = true;
                resting.incrementAndGet();
                permits.release();
            }
            freed.run();
        }

        @Override
        public synchronized void goOn() {
            if (isResting && !ended) {
                isResting = false;
                resting.decrementAndGet();
                permits.takeAnyway();
            }
        }

        /// There is no run for it.
        public void giveBackUnused() {
            ended = true;
            permits.release();
        }

        /// The run is driven no more.
        public void end() {
            synchronized (this) {
                if (ended) {
                    return;
                }
                ended = true;
                if (isResting) {
                    resting.decrementAndGet();
                } else {
                    permits.release();
                }
            }
            freed.run();
        }
    }
}
