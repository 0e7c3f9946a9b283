package dev.runnel.sink.aerunner;

import dev.runnel.run.Callbacks;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/// Callbacks for the runs whose request names none. These targets are the operator's choice, so
/// they may be on the private network.
@ConfigMapping(prefix = "runnel.callbacks")
interface CallbacksConfig {
    /// Told of runs; also `RUN_CALLBACK_URL` or `PIPELINE_CALLBACK_URL` in the environment.
    Optional<URI> runUrl();

    /// Told of steps; also `STEP_CALLBACK_URL`.
    Optional<URI> stepUrl();

    /// Told of commands and what they print; also `CMD_CALLBACK_URL`.
    Optional<URI> commandUrl();

    /// `post` sends the object again on every change; `register` posts it once and patches the link
    /// that came back.
    @WithDefault("post")
    Callbacks.Protocol protocol();

    /// How long a receiver may take to answer.
    @WithDefault("10s")
    Duration timeout();

    /// How much output one body holds; of more than that, the oldest lines are left out.
    @WithDefault("1M")
    MemorySize outputLimit();

    /// Whether runs without any callback are written to the log, as `CALLBACK:` and their JSON.
    @WithDefault("false")
    boolean log();

    /// The three targets and their protocol.
    default Callbacks targets() {
        return new Callbacks(runUrl(), stepUrl(), commandUrl(), protocol());
    }
}
