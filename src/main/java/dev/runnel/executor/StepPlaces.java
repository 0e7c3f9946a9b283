package dev.runnel.executor;

import java.util.concurrent.Semaphore;

/// Bounds how many steps an instance runs at a time. First come, first served.
public final class StepPlaces {
    private final int max;
    private final Places places;

    /// @param max at least 1
    public StepPlaces(int max) {
        if (max < 1) {
            throw new IllegalArgumentException("an instance runs at least one step at a time");
        }
        this.max = max;
        this.places = new Places(max);
    }

    /// How many steps may run at a time.
    public int max() {
        return max;
    }

    /// How many steps run; more than may when this instance took up some that ran already.
    public int taken() {
        return max - places.availablePermits();
    }

    /// Takes a place if there is one and nobody waits for it.
    public boolean tryTake() {
        return !places.hasQueuedThreads() && places.tryAcquire();
    }

    /// Takes a place, waiting for it.
    public void take() throws InterruptedException {
        places.acquire();
    }

    /// Takes a place for a step that runs already, whether there is one or not.
    public void takeAnyway() {
        places.takeAnyway();
    }

    /// Gives a place back.
    public void giveBack() {
        places.release();
    }

    private static final class Places extends Semaphore {
        private static final long serialVersionUID = 1L;

        Places(int max) {
            super(max, true);
        }

        void takeAnyway() {
            reducePermits(1);
        }
    }
}
