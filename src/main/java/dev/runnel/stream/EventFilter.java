package dev.runnel.stream;

import dev.runnel.run.RunEvent;
import dev.runnel.run.RunEvent.RunEnded;
import java.util.Set;

/// Which events a follower wants; both parts narrow, an empty one does not. The end is always
/// wanted.
///
/// @param steps numbers of steps, from 1; events of the run as a whole belong to none
/// @param types types of events
public record EventFilter(Set<Integer> steps, Set<EventType> types) {
    /// Everything.
    public static final EventFilter ALL = new EventFilter(Set.of(), Set.of());

    public EventFilter {
        steps = Set.copyOf(steps);
        types = Set.copyOf(types);
    }

    boolean admits(RunEvent event) {
        if (event instanceof RunEnded) {
            return true;
        }
        return (types.isEmpty() || types.contains(EventType.of(event)))
                && (steps.isEmpty() || steps.contains(event.step()));
    }
}
