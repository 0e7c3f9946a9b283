package dev.runnel.driver;

import dev.runnel.executor.StepPlaces;
import org.jspecify.annotations.Nullable;

/// Takes places for the steps of one run, of which one at most stands in line: so runs get places
/// in turns, and which step gets one is decided when it is there.
final class PlaceTaker {
    private final StepPlaces places;
    private final Runnable onTaken;
    private @Nullable Thread waiting;
    private boolean spare;

    /// @param onTaken called when a place was taken for which there was a wait
    PlaceTaker(StepPlaces places, Runnable onTaken) {
        this.places = places;
        this.onTaken = onTaken;
    }

    /// Takes a place if there is one; if not, stands in line.
    synchronized boolean tryTake() {
        if (spare) {
            spare = false;
            return true;
        }
        if (waiting != null) {
            return false;
        }
        if (places.tryTake()) {
            return true;
        }
        waiting = Thread.ofVirtual().name("place").start(this::await);
        return false;
    }

    private void await() {
        try {
            places.take();
        } catch (InterruptedException e) {
            return;
        }
        synchronized (this) {
            if (!Thread.currentThread().equals(waiting)) {
                places.giveBack();
                return;
            }
            waiting = null;
            spare = true;
        }
        onTaken.run();
    }

    /// No place is needed now.
    synchronized void giveUp() {
        if (spare) {
            spare = false;
            places.giveBack();
        }
        Thread standing = waiting;
        if (standing != null) {
            waiting = null;
            standing.interrupt();
        }
    }
}
