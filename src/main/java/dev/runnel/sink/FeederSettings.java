package dev.runnel.sink;

import java.time.Duration;

/// How sinks are fed.
///
/// @param parallel how many runs are told at the same time, for each sink
/// @param poll how often to look for what no notification told of
/// @param lease how long a position stays with an instance that no longer gives a sign of life; a
///   few times the poll
/// @param firstRetry how long a target is left alone after its first failure; doubles with each one
/// @param longestRetry the longest that a target is left alone, unless it asks for more
/// @param giveUpAfter how long after its end a run is still tried; a live run is never given up
public record FeederSettings(
        int parallel,
        Duration poll,
        Duration lease,
        Duration firstRetry,
        Duration longestRetry,
        Duration giveUpAfter) {
    /// Settings with the usual times.
    public static FeederSettings of(int parallel, Duration giveUpAfter) {
        return new FeederSettings(
                parallel,
                Duration.ofSeconds(5),
                Duration.ofSeconds(30),
                Duration.ofSeconds(1),
                Duration.ofMinutes(5),
                giveUpAfter);
    }

    public FeederSettings {
        if (parallel < 1) {
            throw new IllegalArgumentException("a sink is told of at least one run at a time");
        }
    }
}
