package dev.runnel.executor.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is taken for left behind, on a clock that goes on when a test says so.
class WaitingRemainsTest {
    private static final String NONCE = UUID.randomUUID().toString().substring(24);

    @TempDir private Path workspaces;

    private final String installation = "remains-" + NONCE;
    private final String name = WaitingContainer.NAME + NONCE;
    private final DockerEngine engine =
            DockerEngine.of(TestDockerConfig.shared().withInstallation(installation));
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    private final WaitingRemains remains = new WaitingRemains(() -> engine, installation, now::get);

    @AfterEach
    void remove() throws Exception {
        engine.remove(name);
        engine.close();
    }

    @Test
    void oneThatNobodyHasStartedIsGoneAfterAMinute() throws Exception {
        docker("create", "true");
        Path slot = slot();
        sweepAfter(Duration.ofSeconds(30));
        assertThat(engine.find(name)).isPresent();
        assertThat(slot).exists();
        sweepAfter(Duration.ofSeconds(40));
        assertThat(engine.find(name)).isEmpty();
        assertThat(slot).doesNotExist();
    }

    @Test
    void oneThatRunsIsSomebodysHoweverOldItIs() throws Exception {
        docker("run -d", "sleep", "60");
        Path slot = slot();
        sweepAfter(Duration.ofDays(1));
        sweepAfter(Duration.ofDays(1));
        assertThat(engine.find(name)).isPresent();
        assertThat(slot).exists();
    }

    @Test
    void aFolderThatIsInUseStays() throws Exception {
        Path slot = Files.createDirectory(workspaces.resolve(".warm-0123"));
        Files.writeString(slot.resolve("file"), "of somebody");
        sweepAfter(Duration.ofDays(1));
        assertThat(slot).exists();
    }

    private void sweepAfter(Duration time) {
        now.updateAndGet(before -> before.plus(time));
        remains.remove(Set.of(workspaces));
    }

    private Path slot() throws IOException {
        return Files.createDirectory(workspaces.resolve(".warm-" + NONCE));
    }

    private void docker(String how, String... command) throws Exception {
        DockerCommand.run(
                Stream.of(
                                how.split(" "),
                                new String[] {
                                    "--name",
                                    name,
                                    "--label",
                                    ContainerPlan.INSTALLATION + "=" + installation,
                                    "--label",
                                    ContainerPlan.WAITING + "=true",
                                    "alpine"
                                },
                                command)
                        .flatMap(Stream::of)
                        .toArray(String[]::new));
    }
}
