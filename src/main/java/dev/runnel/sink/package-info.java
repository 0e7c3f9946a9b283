/// Events going out. The port is `Sink`; `SinkFeeder` reads each run's log for it from a stored
/// position.
@NullMarked
package dev.runnel.sink;

import org.jspecify.annotations.NullMarked;
