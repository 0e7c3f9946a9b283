package dev.runnel.source.git;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// How git repositories are cloned.
@ConfigMapping(prefix = "runnel.git")
interface GitConfig {
    /// Which of `https`, `ssh`, `http` and `file` a URL may use.
    @WithDefault("https,ssh")
    Set<String> allowedSchemes();

    /// How long a clone, or a push, may take as a whole.
    @WithDefault("5m")
    Duration timeout();

    /// How long a server may take to accept a connection.
    @WithDefault("15s")
    Duration connectTimeout();

    /// How much disk a clone may need, git's own data and the files together.
    @WithDefault("1G")
    MemorySize maxSize();

    /// Whether submodules are cloned too.
    @WithDefault("false")
    boolean submodules();

    Mirrors mirrors();

    Ssh ssh();

    Http http();

    Author author();

    /// Copies of repositories that make later clones quicker.
    interface Mirrors {
        /// Folder with one bare repository for each, for this installation alone.
        @WithDefault("${runnel.data-dir:${user.home}/.local/share/runnel}/mirrors")
        Path directory();

        /// How much disk they may take together; those that were not used for longest go first. `0`
        /// keeps none.
        @WithDefault("2G")
        MemorySize limit();
    }

    /// How Runnel proves to a git server over ssh who it is, and the other way round.
    interface Ssh {
        /// Folder with the keys `id_ed25519`, `id_ecdsa`, `id_rsa`, … that are tried on every host.
        @WithDefault("${user.home}/.ssh")
        Path directory();

        /// File with the host keys that are trusted; `known_hosts` of the folder when not set.
        Optional<Path> knownHosts();

        /// Whether the key of a host that is not in that file is trusted and written down.
        @WithDefault("false")
        boolean acceptNew();

        /// Socket of an ssh agent whose keys are tried first; empty for none.
        @WithDefault("${SSH_AUTH_SOCK:}")
        Optional<Path> agent();

        /// Key file by host (`host` or `host:port`); no other key is tried there.
        Map<String, Path> keys();
    }

    /// Which servers and users there are over http.
    interface Http {
        /// User and password by host (`host` or `host:port`).
        Map<String, Credentials> credentials();

        /// File with certificates (PEM) that are trusted besides those that Java trusts.
        Optional<Path> caFile();
    }

    /// What a server is told when it asks.
    interface Credentials {
        String username();

        String password();
    }

    /// Who commits.
    interface Author {
        @WithDefault("Runnel")
        String name();

        @WithDefault("runnel@localhost")
        String email();
    }
}
