package dev.runnel.artifact;

import java.util.List;

/// What came of storing files.
public sealed interface Storing {

    /// They are stored.
    ///
    /// @param artifacts by path
    /// @param skipped what was asked for and is not there, each `path: why`, the first hundred
    record Stored(List<Artifact> artifacts, List<String> skipped) implements Storing {
        public Stored {
            artifacts = List.copyOf(artifacts);
            skipped = List.copyOf(skipped);
        }
    }

    /// None is stored, and whatever was stored for the owner before is as it was.
    ///
    /// @param why one sentence for people: what is wrong and what to do
    record Refused(String why) implements Storing {}
}
