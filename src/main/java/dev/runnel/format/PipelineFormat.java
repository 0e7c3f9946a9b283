package dev.runnel.format;

import java.util.List;
import java.util.Optional;

/// Reads one kind of pipeline file.
///
/// Reading is a pure function of the file's bytes: no file system, no clock, no state. It never
/// throws for anything that a file may contain: every fault is a problem with a place, and all of
/// them are reported at once. Time and memory are bounded whatever the bytes are. Safe for any
/// number of threads.
public interface PipelineFormat {

    /// Word for configuration and documents, for example `fxq`.
    String name();

    /// File names at the root of a repository that this format reads, most wanted first.
    List<String> fileNames();

    /// Reads a file.
    ///
    /// @param file name and content
    /// @param pipeline name of the wanted pipeline; empty for the file's default
    Reading read(PipelineFile file, Optional<String> pipeline);
}
