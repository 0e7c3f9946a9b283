/// Pipeline files of the fxq format, `fxq-pipeline.yml`. Start at `FxqFormat`; the way of a file is
/// `FileText` (bytes to characters) → `YamlTree` (characters to a harmless tree) → `PipelineReader`
/// (tree to pipeline). Each of them leaves what it finds in `Findings`.
/// `docs/reference/pipeline-file.md` is the format.
@NullMarked
package dev.runnel.format.fxq;

import org.jspecify.annotations.NullMarked;
