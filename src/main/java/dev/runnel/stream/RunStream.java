package dev.runnel.stream;

import dev.runnel.run.RunId;
import jakarta.ws.rs.core.MediaType;
import java.util.function.Function;

/// An answer that is written while a run's log grows; a resource returns it as its entity.
///
/// @param after sequence number after which to begin, 0 for the start
/// @param until sequence number with which to stop, if the run does not end before; it is stored
///   already. `Long.MAX_VALUE` for a stream that waits for the end
/// @param rendering how, once the media type is agreed on
public record RunStream(
        RunId run, long after, long until, Function<MediaType, Rendering> rendering) {}
