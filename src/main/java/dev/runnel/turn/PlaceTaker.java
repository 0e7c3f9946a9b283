package dev.runnel.turn;

import dev.runnel.executor.StepPlaces;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Takes places for the steps of one run, of which one at most stands in line: so runs get places
/// in turns, and which step gets one is decided when it is there.
public final class PlaceTaker {
    private final StepPlaces places;
    private final Runnable onTaken;
    private final Set<Integer> held = new HashSet<>();
    private final Set<Integer> ended = new HashSet<>();
    private @Nullable Thread waiting;
    private boolean spare;
    private boolean closed;

    /// @param onTaken called when a place was taken for which there was a wait
    public PlaceTaker(StepPlaces places, Runnable onTaken) {
        this.places = places;
        this.onTaken = onTaken;
    }

    /// Why a step has no place, for people.
    public String whyWaiting() {
        return "waiting for a place among the %d steps that run at a time here"
                .formatted(places.max());
    }

    /// Takes a place for a step if there is one; if not, stands in line.
    public synchronized boolean tryTake(int step) {
        if (spare) {
            spare = false;
            held.add(step);
            return true;
        }
        if (waiting != null) {
            return false;
        }
        if (places.tryTake()) {
            held.add(step);
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

    /// Takes a place for a step that runs already, whether there is one or not.
    public synchronized void takeAnyway(int step) {
        places.takeAnyway();
        held.add(step);
    }

    /// Gives back the place of a step.
    public synchronized void giveBack(int step) {
        ended.remove(step);
        if (held.remove(step)) {
            places.giveBack();
        }
    }

    /// The attempt of a step ended; whoever hears of it gives its place back, if anybody hears.
    public synchronized void ended(int step) {
        ended.add(step);
        if (closed) {
            giveBack(step);
        }
    }

    /// From here on places are given back as soon as their steps end.
    public synchronized void close() {
        closed = true;
        giveUp();
        Set.copyOf(ended).forEach(this::giveBack);
    }

    /// No place is needed now.
    public synchronized void giveUp() {
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
