package dev.runnel.api.aerunner;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.time.Duration;

/// How the replaced ae-runner's interface is served.
@ConfigMapping(prefix = "runnel.aerunner")
interface AeRunnerSettings {
    /// How long a request waits for its pipeline file to be read, so that the answer lists the
    /// steps.
    @WithName("wait")
    @WithDefault("60s")
    Duration patience();
}
