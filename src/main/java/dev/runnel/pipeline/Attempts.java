package dev.runnel.pipeline;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/// How often a step is tried and how long it may take.
///
/// @param retry whether and when it is tried again; empty: never
/// @param timeout for each attempt of the step; empty: the installation's
/// @param commandTimeout for each command; empty: none but the step's
public record Attempts(
        Optional<Retry> retry, Optional<Duration> timeout, Optional<Duration> commandTimeout) {
    /// Once, for as long as the installation allows.
    public static final Attempts ONCE =
            new Attempts(Optional.empty(), Optional.empty(), Optional.empty());

    /// When a failed step is tried again.
    ///
    /// @param times how many further attempts there are at the most, from 1
    /// @param delay how long to wait before the second attempt
    /// @param factor what the delay is multiplied by before each further one, at least 1
    /// @param reasons codes of the reasons that are worth another attempt, such as `exit-code` and
    ///   `lost`; empty: all
    public record Retry(int times, Duration delay, double factor, Set<String> reasons) {
        public Retry {
            reasons = Set.copyOf(reasons);
            if (times < 1 || delay.isNegative() || !(factor >= 1)) {
                throw new IllegalArgumentException("not a way to try again: " + times);
            }
        }

        /// Whether there is another attempt after one that failed.
        ///
        /// @param attempt number of the attempt that failed, from 1
        /// @param reason code of why it did
        public boolean follows(int attempt, String reason) {
            return attempt <= times && (reasons.isEmpty() || reasons.contains(reason));
        }

        /// How long to wait after an attempt; at most an hour.
        ///
        /// @param attempt number of the attempt that failed, from 1
        public Duration delayAfter(int attempt) {
            double millis = delay.toMillis() * Math.pow(factor, attempt - 1);
            return Duration.ofMillis((long) Math.min(millis, 3_600_000.0));
        }
    }
}
