package dev.runnel.attempt;

import java.time.Duration;
import java.util.Optional;

/// Under what terms an attempt runs.
///
/// @param time how long it may take
/// @param left how much of that is left
/// @param commandTime how long each of its commands may take; empty: as long as the attempt
/// @param commandLeft how much of that is left to the command that is in progress already
/// @param always whether it goes on when the run is cancelled
/// @param gate opens when its first command may start
public record Terms(
        Duration time,
        Duration left,
        Optional<Duration> commandTime,
        Duration commandLeft,
        boolean always,
        Gate gate) {
    /// Opens at some time.
    @FunctionalInterface
    public interface Gate {
        /// Is open.
        Gate OPEN = () -> {};

        /// Waits until it is open.
        void pass() throws InterruptedException;
    }

    /// A time as people like to read it: `90 s`, `250 ms`.
    static String shown(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }
}
