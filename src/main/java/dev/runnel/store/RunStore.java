package dev.runnel.store;

import dev.runnel.run.Reason;
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import dev.runnel.run.RunRequest;
import dev.runnel.run.RunState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Keeps runs, hands them out to the instances that drive them, and lists them.
///
/// A run is driven under a [Lease]; leases are told apart by a fencing token that grows with each
/// holder, and only the newest one can append to the run's log. Methods block; call them on virtual
/// threads. Safe for any number of threads and instances. All throw [StoreUnavailable] when the
/// database does not answer in time; trying again may help.
public interface RunStore {

    /// Stores a new run, so that it survives everything from here on, and wakes a waiting instance.
    ///
    /// With a key that was used before, nothing is stored: the same request gives back the run of
    /// the first one, another request is a conflict. That comes before anything else that keeps a
    /// run from being stored: a pause of the intake, the limit of its concurrency group.
    Submission submit(Run run, Optional<IdempotencyKey> key);

    /// The run as its stored events leave it; never behind what `EventLog.read` gives.
    Optional<Run> find(RunId id);

    /// Runs, newest first.
    ///
    /// @param after the last run of the page before
    /// @param limit at least 1
    List<Run> list(RunFilter filter, Optional<RunId> after, int limit);

    /// The runs that repeat this one, oldest first.
    List<RunId> rerunsOf(RunId id);

    /// Takes the next run that needs a driver: one whose lease expired, else one that was given
    /// back or is to be cancelled, else the first of those that wait and are not held, as
    /// [RunQueue] orders them, unless the queue is paused. No two callers get the same one.
    ///
    /// A run that needs labels is passed over by who lacks one of them, unless it is to be
    /// cancelled and nobody drives it.
    ///
    /// @param instance who will drive it
    /// @param labels what it has
    Optional<Claim> claimNext(String instance, Set<String> labels, Duration lease);

    /// Takes the next run for an instance without labels.
    default Optional<Claim> claimNext(String instance, Duration lease) {
        return claimNext(instance, Set.of(), lease);
    }

    /// Notes which labels an instance has to have that drives this run from here on, in place of
    /// those noted before. Does nothing when the lease is not held.
    void require(Lease lease, Set<String> labels);

    /// Takes this run if nobody drives it and it has not ended, whatever holds it.
    Optional<Claim> claim(RunId id, String instance, Duration lease);

    /// Lengthens leases.
    ///
    /// @return for each one that still holds: its run, and whether somebody asked the run to stop;
    ///   those that are missing are lost
    List<Renewal> renew(String instance, Set<Lease> leases, Duration lease);

    /// Gives a run back, for any instance to take at once. Does nothing when the lease is not held.
    void release(Lease lease);

    /// Notes that somebody wants the run to stop, and wakes the instance that drives it.
    /// Idempotent; a run that is to stop already keeps the reason that it has.
    ///
    /// @return false when there is no such run
    boolean requestCancel(RunId id);

    /// Notes that a step of a run is to stop, or not to start, and wakes the instance that drives
    /// the run. Idempotent; does nothing for a run that has ended.
    void requestCancel(RunId id, int step);

    /// Notes that somebody approved of a step of a run, and wakes the instance that drives the run.
    /// Idempotent; does nothing for a run that has ended.
    void approve(RunId id, int step);

    /// Calls the listener when something changed, here or in other instances; on any thread,
    /// possibly without need. A lost one is made up for by asking again now and then.
    AutoCloseable onChange(ChangeListener listener);

    /// Hears of changes; quick.
    @FunctionalInterface
    interface ChangeListener {
        /// Something changed.
        void changed(Change change);
    }

    /// What changed.
    enum Change {
        /// There may be something to claim.
        CLAIMABLE,
        /// A run, or a step of one, is to be cancelled, or somebody approved of a step.
        CANCEL
    }

    /// The right to drive a run.
    ///
    /// @param fence grows with each holder of the same run
    record Lease(RunId run, long fence) {}

    /// A run to drive.
    ///
    /// @param run as its stored events leave it
    /// @param cancel why it is to stop, when it is
    /// @param origin who had it before
    /// @param cancelledSteps numbers of the steps that are to stop, or not to start
    /// @param approvedSteps numbers of the steps that somebody approved of
    record Claim(
            Lease lease,
            Run run,
            Optional<Reason> cancel,
            Origin origin,
            Set<Integer> cancelledSteps,
            Set<Integer> approvedSteps) {}

    /// Who had a run before.
    enum Origin {
        /// Nobody.
        NEW,
        /// Somebody who gave it back.
        GIVEN_BACK,
        /// Somebody who stopped giving signs of life.
        EXPIRED
    }

    /// A lease that still holds.
    ///
    /// @param cancel why the run is to stop, when it is
    /// @param cancelledSteps numbers of the steps that are to stop, or not to start
    /// @param approvedSteps numbers of the steps that somebody approved of
    record Renewal(
            Lease lease,
            Optional<Reason> cancel,
            Set<Integer> cancelledSteps,
            Set<Integer> approvedSteps) {}

    /// A caller's own name for a request.
    ///
    /// @param key 1 to 255 visible characters
    /// @param fingerprint stands for the whole request: equal for equal requests only
    record IdempotencyKey(String key, String fingerprint) {}

    /// What came of a submission.
    sealed interface Submission {
        /// The run is stored.
        ///
        /// @param superseded runs of its group that are to be cancelled because of it, the oldest
        ///   first
        record Accepted(Run run, List<RunId> superseded) implements Submission {
            public Accepted {
                superseded = List.copyOf(superseded);
            }

            /// A run that takes nobody's place.
            public Accepted(Run run) {
                this(run, List.of());
            }
        }

        /// The same request came before.
        record Repeated(Run run) implements Submission {}

        /// The key stands for another request, of this run.
        record KeyTaken(RunId run) implements Submission {}

        /// The intake is paused; nothing was stored.
        record IntakePaused() implements Submission {}

        /// As many runs of the group are live as may be; nothing was stored.
        ///
        /// @param live one of them
        record GroupRejected(RunId live) implements Submission {}
    }

    /// Which runs to list; every part narrows.
    ///
    /// @param repository `owner/name`, compared without regard to case
    /// @param createdFrom inclusive
    /// @param createdTo exclusive
    record RunFilter(
            Set<RunState> states,
            Optional<String> repository,
            Optional<Instant> createdFrom,
            Optional<Instant> createdTo) {
        /// All runs.
        public static final RunFilter ALL =
                new RunFilter(Set.of(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /// A request to repeat is told apart from another one by what it asks for.
    static String fingerprintOf(RunRequest request) {
        return Fingerprint.of(request);
    }
}
