package dev.runnel.sink;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// How long a target that fails is left alone.
final class Backoff {
    private static final Duration LONGEST_WISH = Duration.ofHours(1);
    private static final int MOST_DOUBLINGS = 20;

    private final FeederSettings settings;
    private final RandomGenerator random;

    Backoff(FeederSettings settings, RandomGenerator random) {
        this.settings = settings;
        this.random = random;
    }

    /// How long to wait; between half and the whole of the doubled time, so that targets with many
    /// runs are not hit by all of them at once.
    ///
    /// @param failures how often it failed in a row, at least once
    /// @param wish how long the target asked to be left alone
    Duration after(int failures, Optional<Duration> wish) {
        long doubled = settings.firstRetry().toMillis() << Math.min(failures - 1, MOST_DOUBLINGS);
        long longest = Math.min(doubled, settings.longestRetry().toMillis());
        Duration wait = Duration.ofMillis(longest - random.nextLong(longest / 2 + 1));
        Duration wished =
                wish.filter(time -> time.compareTo(LONGEST_WISH) < 0).orElse(LONGEST_WISH);
        return wish.isPresent() && wished.compareTo(wait) > 0 ? wished : wait;
    }
}
