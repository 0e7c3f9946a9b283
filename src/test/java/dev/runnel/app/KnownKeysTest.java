package dev.runnel.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SysPropConfigSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KnownKeysTest {
    private static final int ORDINAL = 100;

    private final KnownKeys keys =
            new KnownKeys(
                    Set.of(
                            "runnel.max-runs",
                            "runnel.data-dir",
                            "runnel.step.memory",
                            "runnel.network.allow[*]",
                            "runnel.git.ssh.keys.*",
                            "runnel.git.http.credentials.*.username"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "runnel.max-runs",
                "%prod.runnel.max-runs",
                "runnel.network.allow",
                "runnel.network.allow[0]",
                "runnel.git.ssh.keys.\"git.example.com\"",
                "runnel.git.http.credentials.\"git.example.com:8443\".username",
                "runnels.own",
                "quarkus.http.port"
            })
    void knowsWhatIsRead(String name) {
        assertThat(keys.problemsIn(file(name))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "RUNNEL_MAX_RUNS",
                "RUNNEL_STEP_MEMORY",
                "RUNNEL_NETWORK_ALLOW",
                "RUNNEL_NETWORK_ALLOW_0_",
                "RUNNEL_GIT_SSH_KEYS__GIT_EXAMPLE_COM_",
                "RUNNEL_GIT_HTTP_CREDENTIALS__GIT_EXAMPLE_COM__USERNAME",
                "RUNNEL_SERVER",
                "RUNNEL_TEST_ENV",
                "PATH"
            })
    void knowsWhatIsReadFromTheEnvironment(String name) {
        assertThat(keys.problemsIn(environment(name))).isEmpty();
    }

    @Test
    void guessesWhatWasMeant() {
        assertThat(keys.problemsIn(file("runnel.max-run")))
                .containsExactly(
                        "runnel.max-run (a file) is no setting of Runnel; did you mean"
                                + " runnel.max-runs?");
        assertThat(keys.problemsIn(environment("RUNNEL_DATADIR")))
                .containsExactly(
                        "RUNNEL_DATADIR (environment) is no setting of Runnel; did you mean"
                                + " RUNNEL_DATA_DIR?");
    }

    @Test
    void saysWhereTheyAreWhenThereIsNothingLikeIt() {
        assertThat(keys.problemsIn(file("runnel.something-else-entirely")))
                .containsExactly(
                        "runnel.something-else-entirely (a file) is no setting of Runnel;"
                                + " docs/reference/configuration.md has them all");
    }

    @Test
    void looksAtSystemProperties() {
        System.setProperty("runnel.typo-of-the-test", "x");
        try {
            assertThat(keys.problemsIn(List.of(new SysPropConfigSource())))
                    .singleElement()
                    .asString()
                    .startsWith("runnel.typo-of-the-test (system property)");
        } finally {
            System.clearProperty("runnel.typo-of-the-test");
        }
    }

    private static List<ConfigSource> file(String name) {
        return List.of(new PropertiesConfigSource(Map.of(name, "x"), "a file", ORDINAL));
    }

    private static List<ConfigSource> environment(String name) {
        return List.of(new EnvConfigSource(new HashMap<>(Map.of(name, "x")), ORDINAL));
    }
}
