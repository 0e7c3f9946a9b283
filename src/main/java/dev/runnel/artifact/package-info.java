/// What steps leave behind: files that are stored with a run and can be downloaded, and caches that
/// later runs find again. The port is `ArtifactStore`; each package below is one place to keep
/// them.
@NullMarked
package dev.runnel.artifact;

import org.jspecify.annotations.NullMarked;
