package dev.runnel.engine;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/// How long runs and their logs are kept after their end. Without a rule they are kept for ever;
/// whichever rule asks first removes.
///
/// @param logsFor age at which the log of a run is removed; steps and outcome stay
/// @param runsFor age at which a run is removed
/// @param runs how many runs are kept of all repositories together
/// @param runsOfRepository how many runs are kept of each repository
/// @param every how often it is looked at
public record RetentionRules(
        Optional<Duration> logsFor,
        Optional<Duration> runsFor,
        OptionalInt runs,
        OptionalInt runsOfRepository,
        Duration every) {}
