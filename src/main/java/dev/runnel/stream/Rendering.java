package dev.runnel.stream;

import dev.runnel.run.RecordedEvent;
import dev.runnel.run.RunId;
import java.util.List;
import java.util.Set;

/// What one kind of follower gets of a log. One that is shared is a value: equal renderings of the
/// same events give equal bytes, and it is safe for any number of threads.
public sealed interface Rendering permits EventRendering, LogText, TimedText {
    /// Nothing.
    byte[] NOTHING = new byte[0];

    /// What is sent before anything else.
    byte[] opening();

    /// Renders consecutive events of a run.
    ///
    /// @return empty when the follower wants none of them
    byte[] render(RunId run, List<RecordedEvent> events);

    /// Whether followers that have the same rendering share what it gives. One that is not shared
    /// belongs to one follower, and is given each event once and in order.
    default boolean isShared() {
        return true;
    }

    /// The steps that are wanted; empty for all.
    Set<Integer> steps();

    /// What is sent now and then while nothing happens.
    byte[] keepAlive();
}
