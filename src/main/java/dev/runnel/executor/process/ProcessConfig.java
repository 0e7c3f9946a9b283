package dev.runnel.executor.process;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;

/// Where steps that run as processes of this machine keep what belongs to them.
@ConfigMapping(prefix = "runnel.process")
interface ProcessConfig {
    /// Folder with one folder per attempt: its program, output and exit code. On a disk of this
    /// machine, for this installation alone.
    @WithDefault("${runnel.data-dir:${user.home}/.local/share/runnel}/processes")
    Path directory();
}
