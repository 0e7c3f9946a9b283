package dev.runnel.sink;

import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import java.util.List;

/// Tells somebody outside what happens to runs.
///
/// The feeder calls `deliver` with consecutive events of one run, in order, one call at a time per
/// run, on a virtual thread; different runs may be delivered at the same time. An event is
/// delivered at least once: after a crash, or when `deliver` throws, the same events come again.
public interface Sink {

    /// Stable word under which the positions of this sink are stored.
    String name();

    /// Whether this sink wants to hear of the run.
    boolean wants(Run run);

    /// Tells of some events.
    ///
    /// @param before the run before the first of them
    /// @param events consecutive, at least one
    /// @param memory what the last delivery of this run gave back; empty for the first
    /// @return what the next delivery of this run is to be given; stored with the position
    /// @throws SinkException when the target cannot be told now; the feeder waits and comes again
    String deliver(Run before, List<RecordedEvent> events, String memory)
            throws SinkException, InterruptedException;
}
