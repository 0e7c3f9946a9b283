package dev.runnel.store;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What is paused, for all instances and through restarts. Methods block and throw
/// [StoreUnavailable] as those of [RunStore] do.
public interface Pauses {

    /// Pauses. What is paused already stays paused by whom and when it was paused first.
    ///
    /// @param by who does it
    /// @param reason why, for people
    /// @return the pause that holds
    Pause pause(Scope scope, String by, Optional<String> reason);

    /// Ends a pause; what waited for that may be taken at once.
    ///
    /// @return whether it was paused
    boolean resume(Scope scope);

    /// All that hold, the oldest first.
    List<Pause> all();

    /// A pause that holds.
    record Pause(Scope scope, Instant since, String by, Optional<String> reason) {}

    /// What can be paused.
    sealed interface Scope {
        /// Asking for runs: requests are refused.
        record Intake() implements Scope {}

        /// The whole queue: runs are accepted and wait; those that have or had a driver go on.
        record Queue() implements Scope {}

        /// The runs of one repository: they are accepted and wait.
        ///
        /// @param name `owner/name` in lower case
        record Repository(String name) implements Scope {}
    }
}
