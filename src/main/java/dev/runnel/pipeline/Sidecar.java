package dev.runnel.pipeline;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// A container that runs beside a step (`services` in Bitbucket Pipelines), for example a database
/// for its tests. The step reaches it at `localhost`.
///
/// @param name what it is called in the file
/// @param environment its variables
/// @param memoryBytes memory without swap; empty: the installation's
/// @param ready a command of `/bin/sh` in it that succeeds once the step may start; empty: it is
///   ready as soon as it runs
/// @param patience how long it may take to be ready
public record Sidecar(
        String name,
        Image image,
        Map<String, String> environment,
        OptionalLong memoryBytes,
        Optional<String> ready,
        Duration patience) {
    public Sidecar {
        environment = Map.copyOf(environment);
    }
}
