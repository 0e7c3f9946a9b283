package dev.runnel.stream;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// How events are served.
@ConfigMapping(prefix = "runnel.events")
interface StreamSettings {
    /// After how long without an event a follower is sent a sign of life.
    @WithDefault("10s")
    Duration keepAlive();

    /// How long a search of a log may take.
    @WithDefault("10s")
    Duration searchTime();
}
