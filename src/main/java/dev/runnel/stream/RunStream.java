package dev.runnel.stream;

import dev.runnel.run.RunId;
import jakarta.ws.rs.core.MediaType;
import java.util.OptionalLong;
import java.util.function.Function;

/// An answer that is written while a run's log grows; a resource returns it as its entity.
///
/// @param after sequence number after which to begin, 0 for the start
/// @param until sequence number with which to stop, if the run does not end before; it is stored
///   already. `Long.MAX_VALUE` for a stream that waits for the end
/// @param rendering how, once the media type is agreed on
/// @param cut which part of the bytes, and how they are packed
public record RunStream(
        RunId run, long after, long until, Function<MediaType, Rendering> rendering, Cut cut) {
    /// All bytes, as they are.
    public RunStream(RunId run, long after, long until, Function<MediaType, Rendering> rendering) {
        this(run, after, until, rendering, Cut.NONE);
    }

    /// A part of what is rendered.
    ///
    /// @param skip bytes that are left out
    /// @param length bytes after them that are sent; the answer says so in its head
    /// @param gzip whether what is sent is compressed
    public record Cut(long skip, OptionalLong length, boolean gzip) {
        /// Everything, as it is.
        public static final Cut NONE = new Cut(0, OptionalLong.empty(), false);

        /// Everything, compressed.
        public static final Cut GZIP = new Cut(0, OptionalLong.empty(), true);
    }
}
