/// How a file of a repository becomes a pipeline. The port is `PipelineFormat`; each package below
/// is one format.
@NullMarked
package dev.runnel.format;

import org.jspecify.annotations.NullMarked;
