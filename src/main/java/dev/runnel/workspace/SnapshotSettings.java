package dev.runnel.workspace;

import java.nio.file.Path;
import java.time.Duration;

/// What is kept of workspaces for a re-run.
///
/// @param folder absolute path of the folder that holds the snapshots
/// @param limit how many bytes of one workspace are kept; 0: none ever
/// @param total how many bytes are kept of all runs that have ended
/// @param keep how long they are kept after the end of a run
public record SnapshotSettings(Path folder, long limit, long total, Duration keep) {
    /// Nothing is kept.
    public static final SnapshotSettings OFF =
            new SnapshotSettings(Path.of("/nonexistent"), 0, 0, Duration.ZERO);

    public SnapshotSettings {
        if (!folder.isAbsolute()) {
            throw new IllegalArgumentException("the snapshots folder is an absolute path");
        }
    }
}
