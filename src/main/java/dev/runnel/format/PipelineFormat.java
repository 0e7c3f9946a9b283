package dev.runnel.format;

import dev.runnel.pipeline.Problem;
import java.util.List;

/// Reads one kind of pipeline file.
///
/// Reading is a pure function of the file's bytes and the selection: no file system, no clock, no
/// state. It never throws for anything that a file may contain: every fault is a problem with a
/// place, and all of them are reported at once. Time and memory are bounded whatever the bytes are.
/// Safe for any number of threads.
public interface PipelineFormat {

    /// Word for configuration and documents, for example `runnel`.
    String name();

    /// File names at the root of a repository that this format reads, most wanted first.
    List<String> fileNames();

    /// Reads the pipeline that a run is for.
    Reading read(PipelineFile file, Selection selection);

    /// Everything that is wrong with any pipeline of a file, in its order; nothing is asked of
    /// variables that only a run has.
    List<Problem> check(PipelineFile file);

    /// The JSON Schema of such a file, for editors.
    String schema();
}
