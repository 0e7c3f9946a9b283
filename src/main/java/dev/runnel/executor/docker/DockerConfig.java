package dev.runnel.executor.docker;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How Runnel uses a Docker engine.
@ConfigMapping(prefix = "runnel.docker")
interface DockerConfig {
    /// Address of the engine, `unix:///…` or `tcp://…`. Else what `DOCKER_HOST` or the Docker
    /// context says, and else `unix:///var/run/docker.sock`.
    Optional<String> host();

    /// Folder with the `config.json` that holds registry credentials. Else what `DOCKER_CONFIG`
    /// says, and else `~/.docker`. Credential helpers are not asked.
    Optional<Path> config();

    /// When images are pulled.
    @WithDefault("missing")
    Pull pull();

    /// Network that steps are connected to: `bridge`, `none`, or the name of an existing one.
    @WithDefault("bridge")
    String network();

    /// The networks that a pipeline may ask for, besides `none` and `default`: the engine's name of
    /// each by the name that pipelines use.
    Map<String, String> networks();

    /// How much output of an attempt the engine keeps, as the engine writes sizes. An attempt that
    /// printed more cannot be taken up after a restart of Runnel.
    @WithDefault("1g")
    String logMaxSize();

    /// `runnel.data-dir` as the engine's machine sees it, for when Runnel itself is in a container.
    Optional<Path> hostDataDir();

    /// The folder that `hostDataDir` is another name of.
    @WithDefault("${runnel.data-dir:}")
    Optional<Path> dataDir();

    /// Keeps the containers of installations that share an engine apart; the same for all instances
    /// of one installation.
    @WithDefault("${runnel.installation:default}")
    String installation();

    /// How long an engine may be away before its attempts are given up.
    @WithDefault("60s")
    Duration patience();

    /// Containers that are made before they are needed.
    Warm warm();

    /// Containers that are made before they are needed.
    interface Warm {
        /// How many wait per image and limits, each for one step of some run. 0: none.
        @WithDefault("1")
        int perPlace();

        /// How many wait in all.
        @WithDefault("4")
        int total();

        /// How long after its last use an image has containers waiting.
        @WithDefault("15m")
        Duration recent();

        /// Images that always have containers waiting.
        Optional<List<String>> images();

        /// How many more are made ahead for runs that are under way: for the first step while the
        /// run clones, and for the next step while one runs. 0: none.
        @WithDefault("4")
        int ahead();
    }

    /// When images are pulled.
    enum Pull {
        /// When the engine does not have the image.
        MISSING,
        /// Before every attempt.
        ALWAYS,
        /// Never: an image that the engine does not have is refused.
        NEVER
    }
}
