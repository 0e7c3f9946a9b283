package dev.runnel.executor.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProcessConfigTest {

    @Test
    void theFolderLiesInTheDataDirectory() {
        assertThat(directory(Map.of("runnel.data-dir", "/srv/runnel")))
                .isEqualTo(Path.of("/srv/runnel/processes"));
    }

    @Test
    void withoutOneItLiesInTheUsualDataDirectory() {
        assertThat(directory(Map.of("user.home", "/home/me")))
                .isEqualTo(Path.of("/home/me/.local/share/runnel/processes"));
    }

    @Test
    void itCanBeAnyOther() {
        assertThat(
                        directory(
                                Map.of(
                                        "runnel.data-dir", "/srv/runnel",
                                        "runnel.process.directory", "/fast")))
                .isEqualTo(Path.of("/fast"));
    }

    private static Path directory(Map<String, String> settings) {
        return new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .addDiscoveredConverters()
                .withDefaultValues(settings)
                .withMapping(ProcessConfig.class)
                .withMappingIgnore("runnel.**")
                .build()
                .getConfigMapping(ProcessConfig.class)
                .directory();
    }
}
