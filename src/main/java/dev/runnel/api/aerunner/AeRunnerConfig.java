package dev.runnel.api.aerunner;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.time.Duration;

/// How the replaced API answers.
@ConfigMapping(prefix = "runnel.aerunner")
interface AeRunnerConfig {
    /// How long `POST /api/request` waits for the pipeline file to be read, since its answer lists
    /// the steps.
    @WithName("wait")
    @WithDefault("60s")
    Duration patience();
}
