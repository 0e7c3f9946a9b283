package dev.runnel.store;

import dev.runnel.run.RunId;
import java.time.Instant;
import java.util.Optional;

/// Removes what is old, a small batch at a time, so that no statement holds up the writers for
/// long.
///
/// Only runs that ended, are not pinned, and of which every sink has told are ever touched. Several
/// instances may remove at the same time; no two get the same run. Methods block; call them on
/// virtual threads. All throw [StoreUnavailable] when the database does not answer in time; trying
/// again may help.
public interface RunRetention {

    /// Removes runs with all they have: steps, log, idempotency keys, positions of sinks.
    ///
    /// @param endedBefore exclusive
    /// @param atMost how many, at least 1
    /// @return how many; fewer than `atMost` means that no more are left
    int removeRuns(Instant endedBefore, int atMost);

    /// Removes runs beyond the newest ones of their repository. Runs in progress and pinned ones
    /// are neither counted nor removed.
    ///
    /// @param keptOfEach at least 0
    /// @param atMost how many, at least 1
    /// @return how many; fewer than `atMost` means that no more are left
    int removeBeyond(int keptOfEach, int atMost);

    /// When the newest run ended that is too old to be among this many; runs in progress and pinned
    /// ones are not counted.
    ///
    /// @param kept at least 0
    /// @return empty when there are no more than that
    Optional<Instant> endOfFirstBeyond(int kept);

    /// Removes logs, and leaves the runs with their steps and outcomes.
    ///
    /// @param endedBefore exclusive
    /// @param atMost of how many runs, at least 1
    /// @return of how many; fewer than `atMost` means that no more are left
    int removeLogs(Instant endedBefore, int atMost);

    /// Keeps a run and its log from being removed, or no longer. Idempotent.
    ///
    /// @return how it is kept now; empty when there is no such run
    Optional<Keeping> pin(RunId run, boolean pinned);

    /// How a run is kept; empty when there is no such run.
    Optional<Keeping> keeping(RunId run);

    /// How a run is kept.
    ///
    /// @param logRemovedAt when its log was removed
    record Keeping(boolean pinned, Optional<Instant> logRemovedAt) {}
}
