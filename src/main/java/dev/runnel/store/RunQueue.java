package dev.runnel.store;

import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The runs that wait for an instance: in which order, and what holds them.
///
/// The order is: runs that had a driver and lost it, and those that are to be cancelled; then those
/// that may be taken, by priority, in turns between repositories, and as they came; then those that
/// are held. Methods block and throw [StoreUnavailable] as those of [RunStore] do.
public interface RunQueue {

    /// Lets runs be taken whose time has come.
    ///
    /// @return how many, and when to ask again
    Promotion promoteDue();

    /// Notes that a run has ended, so that the next one of its group may be taken. Idempotent; a
    /// call that never came is made up for by [#repair].
    void ended(RunId run);

    /// Finds what an instance left undone that died between two steps, and does it: groups with
    /// room for a run that waits, waiting runs of a repository that was paused or resumed
    /// meanwhile.
    void repair();

    /// What waits and what runs, in numbers.
    Depth depth();

    /// Waiting runs in the order of the queue.
    ///
    /// @param after the last one of the page before
    /// @param limit at least 1
    List<Waiting> waiting(Optional<Spot> after, int limit);

    /// A waiting run; empty when it has an instance, has ended or does not exist.
    Optional<Waiting> waiting(RunId run);

    /// Why a waiting run may not be taken now.
    enum Held {
        /// Its time has not come.
        NOT_BEFORE,
        /// Its repository is paused.
        REPOSITORY_PAUSED,
        /// As many runs of its concurrency group are live as may be.
        GROUP,
        /// No instance that takes runs has the labels that it needs. It keeps its place, and is
        /// taken when one comes.
        LABELS;

        /// The word in kebab case: `not-before`.
        public String code() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /// The one with this code.
        public static Optional<Held> parse(String code) {
            return Arrays.stream(values()).filter(held -> held.code().equals(code)).findFirst();
        }
    }

    /// What a look for runs whose time has come did.
    ///
    /// @param runs how many may be taken now that might not before
    /// @param askAgain when to look again, even if nobody says that something changed
    record Promotion(int runs, Duration askAgain) {}

    /// The queue in numbers.
    ///
    /// @param waiting how many runs wait, the held ones included
    /// @param held how many are held, by why; without those of which there is none
    /// @param oldest since when the one waits that could have been taken first
    /// @param running how many runs have an instance that drives them
    record Depth(long waiting, Map<Held, Long> held, Optional<Instant> oldest, long running) {
        public Depth {
            held = Map.copyOf(held);
        }
    }

    /// A run that waits.
    ///
    /// @param run without its steps
    /// @param position from 1; how many come before it, and one
    /// @param held what keeps it from being taken
    /// @param labels what the instance has to have that takes it
    /// @param spot where it stands
    record Waiting(Run run, long position, Optional<Held> held, Set<String> labels, Spot spot) {
        public Waiting {
            labels = Set.copyOf(labels);
        }
    }

    /// A place in the order of the queue; lower comes first, part by part.
    ///
    /// @param section 0 for runs that nothing holds because they had a driver or are to be
    ///   cancelled, 1 for those that may be taken, 2 for those that are held
    /// @param urgency the priority turned around, so that lower is earlier
    /// @param rank the turn among the repositories
    /// @param ticket the order of arrival
    /// @param position the place as a number, when it was looked up
    record Spot(int section, int urgency, long rank, long ticket, long position) {}
}
