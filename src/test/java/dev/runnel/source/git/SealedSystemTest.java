package dev.runnel.source.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.ConfigConstants;
import org.eclipse.jgit.util.SystemReader;
import org.junit.jupiter.api.Test;

class SealedSystemTest {
    @Test
    void howExactTheTimesOfFilesAreIsKnownAndNotMeasuredInAClone() throws Exception {
        SealedSystem.install();
        Config config = SystemReader.getInstance().getUserConfig();
        assertThat(
                        config.getTimeUnit(
                                ConfigConstants.CONFIG_FILESYSTEM_SECTION,
                                "any file system",
                                ConfigConstants.CONFIG_KEY_TIMESTAMP_RESOLUTION,
                                -1,
                                TimeUnit.MILLISECONDS))
                .isEqualTo(SealedSystem.EXACT_TO.toMillis());
        assertThat(
                        config.getTimeUnit(
                                ConfigConstants.CONFIG_FILESYSTEM_SECTION,
                                "any file system",
                                ConfigConstants.CONFIG_KEY_MIN_RACY_THRESHOLD,
                                -1,
                                TimeUnit.MILLISECONDS))
                .isEqualTo(-1);
    }
}
