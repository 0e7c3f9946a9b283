package dev.runnel.stream;

import dev.runnel.run.RecordedEvent;
import dev.runnel.run.RunId;
import java.util.List;

/// What one kind of follower gets of a log. A value: equal renderings of the same events give equal
/// bytes. Safe for any number of threads.
public sealed interface Rendering permits EventRendering, LogText {
    /// Nothing.
    byte[] NOTHING = new byte[0];

    /// What is sent before anything else.
    byte[] opening();

    /// Renders consecutive events of a run.
    ///
    /// @return empty when the follower wants none of them
    byte[] render(RunId run, List<RecordedEvent> events);

    /// What is sent now and then while nothing happens.
    byte[] keepAlive();
}
