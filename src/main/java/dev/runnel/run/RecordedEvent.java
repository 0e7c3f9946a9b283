package dev.runnel.run;

import java.time.Instant;

/// An event with its place in the run's log.
///
/// @param seq from 1, without holes within a run
/// @param at when it happened, in microseconds
public record RecordedEvent(long seq, Instant at, RunEvent event) {}
