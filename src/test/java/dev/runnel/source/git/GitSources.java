package dev.runnel.source.git;

import dev.runnel.network.AddressGuard;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Git sources for tests, configured as a user would. Unless told otherwise they reach this
/// machine, take every scheme and have neither keys nor an agent.
final class GitSources {
    static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");

    private final Map<String, String> values = new HashMap<>();
    private AddressGuard guard = new AddressGuard(List.of("127.0.0.1", "localhost"));

    private GitSources(Path home) {
        with("allowed-schemes", "https,ssh,http,file");
        with("ssh.directory", home.resolve("no-ssh").toString());
        with("ssh.agent", "");
        with("mirrors.limit", "0");
    }

    /// @param home stands in for the user's home folder
    static GitSources in(Path home) {
        return new GitSources(home);
    }

    /// Sets `runnel.git.<key>`.
    GitSources with(String key, String value) {
        values.put("runnel.git." + key, value);
        return this;
    }

    GitSources with(String key, Path value) {
        return with(key, value.toString());
    }

    GitSources guardedBy(AddressGuard other) {
        guard = other;
        return this;
    }

    GitConfig config() {
        SmallRyeConfig config =
                new SmallRyeConfigBuilder()
                        .addDiscoveredConverters()
                        .addDefaultInterceptors()
                        .addSystemSources()
                        .withMapping(GitConfig.class)
                        .withSources(new PropertiesConfigSource(values, "test", 500))
                        .build();
        return config.getConfigMapping(GitConfig.class);
    }

    GitSource source() {
        return source(Clock.fixed(NOW, ZoneOffset.UTC));
    }

    GitSource source(Clock clock) {
        return new GitSource(config(), guard, clock);
    }
}
