package dev.runnel.store;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/// The processes that share this database, as they told of themselves. Methods block and throw
/// [StoreUnavailable] as those of [RunStore] do.
public interface Instances {
    /// For how long an instance is remembered that stopped giving signs of life.
    Duration MEMORY = Duration.ofDays(1);

    /// Tells of an instance. Forgets others that gave no sign of life for [#MEMORY].
    ///
    /// @param goodFor after how long without another sign it counts as dead
    void beat(Instance instance, Duration goodFor);

    /// Forgets an instance that ended in order.
    void leave(String id);

    /// All that are remembered, the oldest first.
    List<Seen> all();

    /// What an instance tells of itself.
    ///
    /// @param id its name, unique among those that share the database
    /// @param executor where its steps run: `docker`
    /// @param accepting whether it takes runs; false while it ends
    /// @param labels what it has, for runs that ask for it
    record Instance(
            String id,
            String host,
            String version,
            String executor,
            Instant startedAt,
            boolean accepting,
            Load now,
            Load limits,
            Set<String> labels) {
        public Instance {
            labels = Set.copyOf(labels);
        }
    }

    /// Runs and steps at a time.
    record Load(int runs, int steps) {}

    /// What is known of an instance.
    ///
    /// @param heartbeatAt its last sign of life, by the clock of the database
    /// @param alive whether the next one is not overdue
    record Seen(Instance instance, Instant heartbeatAt, boolean alive) {}
}
