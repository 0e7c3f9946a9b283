package dev.runnel.sink;

import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import java.time.Duration;
import java.util.List;

/// Tells somebody outside what happens to runs.
///
/// The feeder calls `deliver` with consecutive events of one run, in order, one call at a time per
/// run, on a virtual thread; different runs may be delivered at the same time. An event is
/// delivered at least once: after a crash, or when `deliver` throws, the same events come again.
public interface Sink {

    /// Stable word under which the positions of this sink are stored.
    String name();

    /// Whether this sink wants to hear of the run. The answer depends on nothing but the request
    /// and the configuration.
    boolean wants(Run run);

    /// How long output may wait, so that more of it is told at once. Every other event is told at
    /// once, with the output before it.
    default Duration patience() {
        return Duration.ZERO;
    }

    /// Tells of some events.
    ///
    /// @throws SinkException when the target cannot be told now; the feeder waits and comes again
    Told deliver(Delivery delivery) throws SinkException, InterruptedException;

    /// What is to be told.
    ///
    /// @param before the run before the first of the events
    /// @param events consecutive, at least one
    /// @param more whether the log holds more already, so that another delivery follows at once
    /// @param memory what the last delivery of this run gave back; empty for the first
    record Delivery(Run before, List<RecordedEvent> events, boolean more, String memory) {
        public Delivery {
            events = List.copyOf(events);
        }
    }

    /// What was told.
    ///
    /// @param upTo sequence number of the last event that is done with; a delivery that got into
    ///   trouble on its way returns what it achieved, at least one event, and is given the rest
    ///   again
    /// @param memory what the next delivery of this run is to be given; stored with the position
    record Told(long upTo, String memory) {}
}
