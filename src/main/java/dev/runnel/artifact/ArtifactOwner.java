package dev.runnel.artifact;

import dev.runnel.run.RunId;

/// What a set of files is stored for.
public sealed interface ArtifactOwner {

    /// A step of a run; later attempts replace what earlier ones stored.
    ///
    /// @param step from 1
    record OfStep(RunId run, int step) implements ArtifactOwner {}

    /// All runs of a repository.
    ///
    /// @param repository its name, any text
    /// @param name of the cache, any text
    /// @param version tells what was stored for other contents of its key files apart, any text
    record OfCache(String repository, String name, String version) implements ArtifactOwner {}
}
