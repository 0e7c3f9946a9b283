package dev.runnel.source.git;

import dev.runnel.GitFixture;
import dev.runnel.TestEnvironment;
import java.nio.file.Path;

/// The ways to a repository, each with what a source needs for it.
enum Server {
    FILE {
        @Override
        GitSources sources(Path temp) {
            return GitSources.in(temp);
        }

        @Override
        GitFixture newRepository(Path temp) {
            return GitFixture.in(temp, "file");
        }

        @Override
        String url(GitFixture repository) {
            return repository.fileUrl();
        }
    },
    SSH {
        @Override
        GitSources sources(Path temp) {
            return GitSources.in(temp)
                    .with("ssh.known-hosts", git().knownHosts())
                    .with("ssh.keys.\"127.0.0.1\"", git().sshKey());
        }

        @Override
        String url(GitFixture repository) {
            return git().sshUrl(repository);
        }
    },
    HTTP {
        @Override
        GitSources sources(Path temp) {
            return GitSources.in(temp)
                    .with("http.credentials.\"127.0.0.1\".username", git().user())
                    .with("http.credentials.\"127.0.0.1\".password", git().password());
        }

        @Override
        String url(GitFixture repository) {
            return git().httpUrl(repository);
        }
    },
    /// Over http with mirrors on this machine.
    MIRRORED {
        @Override
        GitSources sources(Path temp) {
            return HTTP.sources(temp)
                    .with("mirrors.limit", "100M")
                    .with("mirrors.directory", temp.resolve("mirrors"));
        }

        @Override
        String url(GitFixture repository) {
            return HTTP.url(repository);
        }
    },
    HTTPS {
        @Override
        GitSources sources(Path temp) {
            return HTTP.sources(temp).with("http.ca-file", git().httpsCertificate());
        }

        @Override
        String url(GitFixture repository) {
            return git().httpsUrl(repository);
        }
    };

    /// A source that may use the server.
    abstract GitSources sources(Path temp);

    abstract String url(GitFixture repository);

    /// A new repository on the server.
    GitFixture newRepository(Path temp) {
        return GitFixture.served(TestEnvironment.load(), "source");
    }

    static TestEnvironment.Git git() {
        return TestEnvironment.load().git();
    }
}
