/// Steps as containers of a Docker engine. Start at `DockerExecutor`; `DockerStep` is the life of
/// one attempt.
///
/// The shell of the step is the container's main process, so the engine runs an attempt to its end
/// without Runnel. Output is heard live through an attached connection; after a cut it is read from
/// the engine's log, from the byte on that was reached.
@NullMarked
package dev.runnel.executor.docker;

import org.jspecify.annotations.NullMarked;
