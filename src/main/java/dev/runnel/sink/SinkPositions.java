package dev.runnel.sink;

import dev.runnel.run.RunId;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// How far each sink has told of each run.
///
/// A run is told by one instance at a time, which holds a lease on its position. Methods block;
/// call them on virtual threads. Safe for any number of threads and instances. They throw
/// `StoreUnavailable` when the database does not answer in time.
public interface SinkPositions {

    /// Runs that have not ended and have no position at this sink yet; oldest first.
    List<RunId> unseenLive(String sink, int atMost);

    /// Runs requested since that time, ended or not, that have no position at this sink yet; oldest
    /// first.
    List<RunId> unseenSince(String sink, Instant since, int atMost);

    /// Notes that there is nothing to tell of these runs. Leaves positions that exist alone.
    void pass(String sink, Collection<RunId> runs);

    /// Takes the position of one run, making it when there is none. Empty when all is told or
    /// somebody else has it.
    Optional<Claim> claim(String sink, RunId run, String instance, Duration lease);

    /// Takes positions that are free and behind their run's log. No two callers get the same one.
    List<Claim> claimDue(String sink, String instance, Duration lease, int atMost);

    /// Lengthens leases.
    ///
    /// @return the runs whose positions this instance still has; the others are lost
    Set<RunId> renew(String sink, String instance, Set<RunId> runs, Duration lease);

    /// Moves a position on.
    ///
    /// @param done whether nothing is left to tell; the position is then given back for good
    /// @return false when this instance does not have the position; nothing was stored then
    boolean save(String sink, RunId run, String instance, Position position, boolean done);

    /// Gives positions back, for any instance to take at once.
    void release(String sink, String instance, Collection<RunId> runs);

    /// How far a run is told.
    ///
    /// @param seq sequence number of the last event that was told, 0 before the first
    /// @param memory what the sink wants back with the next delivery
    record Position(long seq, String memory) {
        /// Nothing is told yet.
        public static final Position START = new Position(0, "");
    }

    /// A position that the caller has from now on.
    record Claim(RunId run, Position position) {}
}
