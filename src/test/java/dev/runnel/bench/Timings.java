package dev.runnel.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Durations of one thing, in nanoseconds.
final class Timings {
    private final List<Long> nanos = new ArrayList<>();

    void add(long duration) {
        nanos.add(duration);
    }

    double median() {
        return quantile(0.5);
    }

    /// The value below which this share of them is.
    double quantile(double share) {
        List<Long> sorted = new ArrayList<>(nanos);
        Collections.sort(sorted);
        double place = share * (sorted.size() - 1);
        long below = sorted.get((int) Math.floor(place));
        long above = sorted.get((int) Math.ceil(place));
        return below + (above - below) * (place - Math.floor(place));
    }
}
