/// Keeps artifacts in a folder. See `DirectoryArtifactStore`.
@NullMarked
package dev.runnel.artifact.directory;

import org.jspecify.annotations.NullMarked;
