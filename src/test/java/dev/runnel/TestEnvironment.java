package dev.runnel;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/// The real parts that `src/test/env/up` started: where they listen and what opens them. The
/// script's `env.properties` is found through the system property `runnel.test.env`, and else in
/// `$RUNNEL_TEST_ENV` or `/tmp/runnel-test-env`.
public record TestEnvironment(Docker docker, Registries registries, Git git) {

    /// A Docker engine that answers.
    ///
    /// @param host address of the engine, e.g. `unix:///var/run/docker.sock`
    /// @param config folder with a `config.json` that holds the private registry's credentials
    public record Docker(String host, Path config) {}

    /// Two registries on loopback without TLS. Each has one image, with a layer of 8 MB that no
    /// local image has, so that it must be pulled; `privateImage` needs `user` and `password`.
    public record Registries(
            String privateAddress,
            String privateImage,
            String publicAddress,
            String publicImage,
            String user,
            String password) {}

    /// Git servers over the bare repositories in `root`; every `…Base` URL ends with a slash. ssh,
    /// http and https let `user` read and push; `anonymousBase` is read-only.
    public record Git(
            Path root,
            String sshBase,
            Path sshKey,
            Path refusedSshKey,
            Path knownHosts,
            Path wrongKnownHosts,
            String httpBase,
            String anonymousBase,
            String httpsBase,
            Path httpsCertificate,
            String user,
            String password) {

        public String sshUrl(GitFixture repository) {
            return sshBase + repository.name();
        }

        public String httpUrl(GitFixture repository) {
            return httpBase + repository.name();
        }

        public String anonymousUrl(GitFixture repository) {
            return anonymousBase + repository.name();
        }

        public String httpsUrl(GitFixture repository) {
            return httpsBase + repository.name();
        }
    }

    private static final String DEFAULT_FOLDER = "/tmp/runnel-test-env";

    /// Reads what `up` wrote, and fails with the command to run when it was not run.
    public static TestEnvironment load() {
        String folder = System.getenv().getOrDefault("RUNNEL_TEST_ENV", DEFAULT_FOLDER);
        Path file = Path.of(System.getProperty("runnel.test.env", folder + "/env.properties"));
        Properties values = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            values.load(reader);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "The real parts that this test needs are not up (no "
                            + file
                            + "). Run src/test/env/up first, or everything with ./check.",
                    e);
        }
        return new TestEnvironment(
                new Docker(text(values, "docker.host"), path(values, "docker.config")),
                new Registries(
                        text(values, "registry.private"),
                        text(values, "registry.private.image"),
                        text(values, "registry.public"),
                        text(values, "registry.public.image"),
                        text(values, "registry.user"),
                        text(values, "registry.password")),
                new Git(
                        path(values, "git.root"),
                        text(values, "git.ssh.url"),
                        path(values, "git.ssh.key"),
                        path(values, "git.ssh.refused-key"),
                        path(values, "git.ssh.known-hosts"),
                        path(values, "git.ssh.wrong-known-hosts"),
                        text(values, "git.http.url"),
                        text(values, "git.http.anonymous.url"),
                        text(values, "git.https.url"),
                        path(values, "git.https.ca"),
                        text(values, "git.http.user"),
                        text(values, "git.http.password")));
    }

    private static Path path(Properties values, String key) {
        return Path.of(text(values, key));
    }

    private static String text(Properties values, String key) {
        String value = values.getProperty(key);
        if (value == null) {
            throw new IllegalStateException(
                    "env.properties has no " + key + "; run src/test/env/up again");
        }
        return value;
    }
}
