package dev.runnel.executor.docker;

import dev.runnel.TestEnvironment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Configuration of a test's own making; each `with` gives another one.
final class TestDockerConfig implements DockerConfig {
    private Optional<String> host = Optional.empty();
    private Optional<Path> config = Optional.of(Path.of("/nonexistent"));
    private Pull pull = Pull.MISSING;
    private String network = "none";
    private Map<String, String> networks = Map.of();
    private String logMaxSize = "1g";
    private Optional<Path> hostDataDir = Optional.empty();
    private Optional<Path> dataDir = Optional.empty();
    private String installation = "runnel-executor-tests";
    private Duration patience = Duration.ofSeconds(30);
    private Warm warm = Warming.OFF;

    private TestDockerConfig() {}

    /// The engine that the tests share, and an installation of the tests' own.
    static TestDockerConfig shared() {
        return at(TestEnvironment.load().docker().host());
    }

    /// An engine without registry credentials.
    static TestDockerConfig at(String host) {
        return new TestDockerConfig().but(one -> one.host = Optional.of(host));
    }

    private TestDockerConfig but(Consumer<TestDockerConfig> change) {
        TestDockerConfig other = new TestDockerConfig();
        other.host = host;
        other.config = config;
        other.pull = pull;
        other.network = network;
        other.networks = networks;
        other.logMaxSize = logMaxSize;
        other.hostDataDir = hostDataDir;
        other.dataDir = dataDir;
        other.installation = installation;
        other.patience = patience;
        other.warm = warm;
        change.accept(other);
        return other;
    }

    TestDockerConfig withNetwork(String name) {
        return but(one -> one.network = name);
    }

    TestDockerConfig withNetworks(Map<String, String> names) {
        return but(one -> one.networks = names);
    }

    TestDockerConfig withConfig(Path folder) {
        return but(one -> one.config = Optional.of(folder));
    }

    TestDockerConfig withPull(Pull when) {
        return but(one -> one.pull = when);
    }

    TestDockerConfig withLogMaxSize(String size) {
        return but(one -> one.logMaxSize = size);
    }

    TestDockerConfig withInstallation(String name) {
        return but(one -> one.installation = name);
    }

    TestDockerConfig withPatience(Duration time) {
        return but(one -> one.patience = time);
    }

    TestDockerConfig withWarm(Warm how) {
        return but(one -> one.warm = how);
    }

    TestDockerConfig withDataDirs(Path here, Path there) {
        return but(one -> {
            one.dataDir = Optional.of(here);
            one.hostDataDir = Optional.of(there);
        });
    }

    @Override
    public Optional<String> host() {
        return host;
    }

    @Override
    public Optional<Path> config() {
        return config;
    }

    @Override
    public Pull pull() {
        return pull;
    }

    @Override
    public String network() {
        return network;
    }

    @Override
    public Map<String, String> networks() {
        return networks;
    }

    @Override
    public String logMaxSize() {
        return logMaxSize;
    }

    @Override
    public Optional<Path> hostDataDir() {
        return hostDataDir;
    }

    @Override
    public Optional<Path> dataDir() {
        return dataDir;
    }

    @Override
    public String installation() {
        return installation;
    }

    @Override
    public Duration patience() {
        return patience;
    }

    @Override
    public Warm warm() {
        return warm;
    }

    /// What is made before it is needed.
    record Warming(
            int perPlace, int total, Duration recent, Optional<List<String>> images, int ahead)
            implements Warm {
        /// Nothing.
        static final Warming OFF = new Warming(0, 0, Duration.ofMinutes(15), Optional.empty(), 0);
    }
}
