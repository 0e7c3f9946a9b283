package dev.runnel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.chaos.Chaos;
import dev.runnel.chaos.ChaosOptions;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// A minute of what `chaos/run` does for ten.
class ChaosIT {
    @Test
    void nothingIsLostWhileServersAndDatabaseDie() throws Exception {
        assertThat(
                        Chaos.run(
                                ChaosOptions.SMALL,
                                Path.of("target/quarkus-app/quarkus-run.jar").toAbsolutePath()))
                .isEmpty();
    }
}
