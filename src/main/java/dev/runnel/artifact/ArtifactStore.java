package dev.runnel.artifact;

import dev.runnel.artifact.ArtifactOwner.OfStep;
import dev.runnel.run.RunId;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/// Keeps files that steps leave behind.
///
/// A set of files is there as a whole or not at all, also when the process dies while it is stored.
/// Equal contents are kept once. Safe for any number of threads, and for any number of processes
/// that share the place. An [ArtifactsUnavailable] means that the place did not answer; nothing was
/// changed then.
///
/// Folders that are read or written may be changed meanwhile by somebody who means harm: links are
/// never followed, and nothing outside the folder is read or written.
public interface ArtifactStore {

    /// Stores files of a folder, in place of what was stored for the owner before. Links and
    /// special files are skipped for a step; a cache keeps its links as links.
    ///
    /// @param wanted asked with each path relative to the folder, such as `target/app.jar`
    Storing store(ArtifactOwner owner, Path folder, Predicate<String> wanted);

    /// What is stored for an owner, by path; empty when nothing is.
    Optional<List<Artifact>> list(ArtifactOwner owner);

    /// The steps of a run for which something is stored, ascending.
    List<OfStep> of(RunId run);

    /// The content of a stored file; empty when there is none. To be closed.
    Optional<InputStream> open(ArtifactOwner owner, String path);

    /// Puts what is stored for an owner into a folder that exists, over what is there. Every file's
    /// checksum is compared before the file is there.
    ///
    /// @return empty when all is there; else why not, one sentence for people. Some files may be
    ///   there then
    Optional<String> restore(ArtifactOwner owner, Path folder);

    /// Forgets what is stored for a run. Does nothing when there is nothing.
    void delete(RunId run);

    /// Removes what nobody needs: of runs that are gone, what no owner has any more, and when all
    /// together is too large, what was used longest ago, except for runs that are live.
    ///
    /// @return for how many owners everything was removed
    int sweep(Function<RunId, Need> runs);

    /// Whether somebody needs what is stored for a run.
    enum Need {
        /// The run is not known any more.
        GONE,
        /// It has ended.
        ENDED,
        /// It has not ended.
        LIVE
    }
}
