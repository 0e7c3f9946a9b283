package dev.runnel.executor.docker;

import dev.runnel.TestEnvironment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
        Duration patience,
        Warm warm)
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
                Duration.ofSeconds(30),
                Warming.OFF);
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
                patience,
                warm);
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
                patience,
                warm);
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
                patience,
                warm);
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
                patience,
                warm);
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
                patience,
                warm);
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
                patience,
                warm);
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
                patience,
                warm);
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
                time,
                warm);
    }

    TestDockerConfig withWarm(Warm how) {
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
                patience,
                how);
    }

    /// What is made before it is needed.
    record Warming(
            int perPlace, int total, Duration recent, Optional<List<String>> images, int ahead)
            implements Warm {
        /// Nothing.
        static final Warming OFF = new Warming(0, 0, Duration.ofMinutes(15), Optional.empty(), 0);
    }
}
