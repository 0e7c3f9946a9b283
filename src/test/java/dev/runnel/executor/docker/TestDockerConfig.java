package dev.runnel.executor.docker;

import dev.runnel.TestEnvironment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Configuration of a test's own making.
record TestDockerConfig(
        Optional<String> host,
        Optional<Path> config,
        Pull pull,
        String network,
        Map<String, String> networks,
        String logMaxSize,
        Optional<Path> hostDataDir,
        Optional<Path> dataDir,
        String installation,
        Duration patience)
        implements DockerConfig {

    /// The engine that the tests share, and an installation of the tests' own.
    static TestDockerConfig shared() {
        return at(TestEnvironment.load().docker().host()).withNetwork("none");
    }

    /// An engine without registry credentials.
    static TestDockerConfig at(String host) {
        return new TestDockerConfig(
                Optional.of(host),
                Optional.of(Path.of("/nonexistent")),
                Pull.MISSING,
                "none",
                Map.of(),
                "1g",
                Optional.empty(),
                Optional.empty(),
                "runnel-executor-tests",
                Duration.ofSeconds(30));
    }

    TestDockerConfig withNetwork(String name) {
        return new TestDockerConfig(
                host,
                config,
                pull,
                name,
                networks,
                logMaxSize,
                hostDataDir,
                dataDir,
                installation,
                patience);
    }

    TestDockerConfig withNetworks(Map<String, String> names) {
        return new TestDockerConfig(
                host,
                config,
                pull,
                network,
                names,
                logMaxSize,
                hostDataDir,
                dataDir,
                installation,
                patience);
    }

    TestDockerConfig withConfig(Path folder) {
        return new TestDockerConfig(
                host,
                Optional.of(folder),
                pull,
                network,
                networks,
                logMaxSize,
                hostDataDir,
                dataDir,
                installation,
                patience);
    }

    TestDockerConfig withPull(Pull when) {
        return new TestDockerConfig(
                host,
                config,
                when,
                network,
                networks,
                logMaxSize,
                hostDataDir,
                dataDir,
                installation,
                patience);
    }

    TestDockerConfig withLogMaxSize(String size) {
        return new TestDockerConfig(
                host,
                config,
                pull,
                network,
                networks,
                size,
                hostDataDir,
                dataDir,
                installation,
                patience);
    }

    TestDockerConfig withDataDirs(Path here, Path there) {
        return new TestDockerConfig(
                host,
                config,
                pull,
                network,
                networks,
                logMaxSize,
                Optional.of(there),
                Optional.of(here),
                installation,
                patience);
    }

    TestDockerConfig withInstallation(String name) {
        return new TestDockerConfig(
                host,
                config,
                pull,
                network,
                networks,
                logMaxSize,
                hostDataDir,
                dataDir,
                name,
                patience);
    }

    TestDockerConfig withPatience(Duration time) {
        return new TestDockerConfig(
                host,
                config,
                pull,
                network,
                networks,
                logMaxSize,
                hostDataDir,
                dataDir,
                installation,
                time);
    }
}
