package dev.runnel.artifact;

import dev.runnel.artifact.directory.DirectoryArtifactStore;
import java.nio.file.Path;
import java.time.Clock;

/// A store for tests of what uses one.
public final class FolderArtifacts {
    private FolderArtifacts() {}

    /// A store in the folder `artifacts` of a folder; a step may have a million bytes.
    public static ArtifactStore in(Path folder) {
        return new DirectoryArtifactStore(
                folder.resolve("artifacts"),
                new ArtifactLimits(1_000_000, 1000, 10_000_000),
                Clock.systemUTC());
    }
}
