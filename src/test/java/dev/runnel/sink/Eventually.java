package dev.runnel.sink;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/// Waits for something that other threads do.
public final class Eventually {
    private static final Duration LONGEST = Duration.ofSeconds(20);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(5);

    private Eventually() {}

    /// Returns as soon as the condition holds.
    ///
    /// @throws AssertionError when it does not within a generous time
    public static void until(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + LONGEST.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + LONGEST + ": " + what);
            }
            letPass(LOOK_AGAIN);
        }
    }

    /// Fails when the condition holds at any moment of this time.
    public static void never(String what, Duration time, BooleanSupplier condition) {
        long deadline = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < deadline) {
            if (condition.getAsBoolean()) {
                throw new AssertionError("not meant to happen: " + what);
            }
            letPass(LOOK_AGAIN);
        }
    }

    /// Time passes, for a test about time.
    public static void letPass(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
