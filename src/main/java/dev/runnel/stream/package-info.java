/// A run's log on the wire, for everybody who follows it. `Followers` reads the log for one
/// follower; an `EventRendering` turns a chunk of events into bytes; `EventJson` is what one event
/// looks like.
@NullMarked
package dev.runnel.stream;

import org.jspecify.annotations.NullMarked;
