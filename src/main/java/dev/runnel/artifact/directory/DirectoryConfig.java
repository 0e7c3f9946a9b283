package dev.runnel.artifact.directory;

import dev.runnel.artifact.ArtifactLimits;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;

/// Where files that steps leave behind are kept, and how many.
@ConfigMapping(prefix = "runnel.artifacts")
interface DirectoryConfig {
    /// The folder; instances on several machines may share one on a file server that has locks.
    @WithDefault("${runnel.data-dir:${user.home}/.local/share/runnel}/artifacts")
    Path directory();

    /// Bytes that one step may store, and one version of a cache.
    @WithDefault("1G")
    MemorySize stepLimit();

    /// Files that one step may store, and one version of a cache.
    @WithDefault("20000")
    int stepFiles();

    /// Bytes of all together; what was used longest ago goes first.
    @WithDefault("10G")
    MemorySize totalLimit();

    /// The three limits.
    default ArtifactLimits limits() {
        return new ArtifactLimits(
                stepLimit().asLongValue(), stepFiles(), totalLimit().asLongValue());
    }
}
