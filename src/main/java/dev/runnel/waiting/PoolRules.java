package dev.runnel.waiting;

import java.time.Duration;

/// How many places wait.
///
/// @param perKind how many of a kind
/// @param total how many of all kinds; those that were used last go first
/// @param ahead how many more there may be for what is expected
/// @param recent how long after its last use places of a kind are kept
/// @param settle how long after a use the next place is made, so that it is not in the way
public record PoolRules(int perKind, int total, int ahead, Duration recent, Duration settle) {
    public PoolRules {
        if (perKind < 0 || total < 0 || ahead < 0) {
            throw new IllegalArgumentException("no number of waiting places is below 0");
        }
    }
}
