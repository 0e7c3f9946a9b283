/// Where steps run. The port is `Executor`; each package below is one engine. `ShellProgram` and
/// `OutputDecoder` are the protocol between Runnel and the shell of a step, shared by all engines.
@NullMarked
package dev.runnel.executor;

import org.jspecify.annotations.NullMarked;
