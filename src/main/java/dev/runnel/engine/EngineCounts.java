package dev.runnel.engine;

import dev.runnel.run.Reason;
import dev.runnel.run.Run;
import dev.runnel.run.StepRun;
import dev.runnel.store.RunStore.Origin;
import java.util.concurrent.atomic.LongAdder;

/// What an instance did since it started, in numbers that only grow.
public final class EngineCounts {
    private final LongAdder claimed = new LongAdder();
    private final LongAdder recovered = new LongAdder();
    private final LongAdder takeOvers = new LongAdder();
    private final LongAdder leasesLost = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final LongAdder removals = new LongAdder();

    void claimed(Origin origin) {
        claimed.increment();
        switch (origin) {
            case NEW -> {}
            case GIVEN_BACK -> recovered.increment();
            case EXPIRED -> {
                recovered.increment();
                takeOvers.increment();
            }
        }
    }

    void leaseLost() {
        leasesLost.increment();
    }

    void ended(Run run) {
        boolean unseen =
                run.reason().filter(Reason.LOST::equals).isPresent()
                        || run.steps().stream()
                                .map(StepRun::reason)
                                .anyMatch(reason -> reason.filter(Reason.LOST::equals).isPresent());
        if (unseen) {
            lost.increment();
        }
    }

    void removed(int things) {
        removals.add(things);
    }

    /// Runs that this instance took.
    public long claimed() {
        return claimed.sum();
    }

    /// Of those, the ones that had a driver before and went on here.
    public long recovered() {
        return recovered.sum();
    }

    /// Of those, the ones whose driver had stopped giving signs of life.
    public long takeOvers() {
        return takeOvers.sum();
    }

    /// Runs that others took from this instance.
    public long leasesLost() {
        return leasesLost.sum();
    }

    /// Runs that ended here with a step whose outcome nobody saw.
    public long lost() {
        return lost.sum();
    }

    /// Containers and workspaces that the janitor removed.
    public long removals() {
        return removals.sum();
    }
}
