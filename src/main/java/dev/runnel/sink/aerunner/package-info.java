/// The callbacks of the replaced ae-runner, on three levels; each level is a sink of its own, so
/// that a receiver of one does not hold up the others. Start at `AeRunnerCallbacks`.
@NullMarked
package dev.runnel.sink.aerunner;

import org.jspecify.annotations.NullMarked;
