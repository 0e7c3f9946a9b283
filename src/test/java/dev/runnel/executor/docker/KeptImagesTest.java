package dev.runnel.executor.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.model.Container;
import dev.runnel.executor.RecordingListener;
import dev.runnel.executor.StepExit.Exited;
import dev.runnel.executor.StepSpec;
import dev.runnel.executor.docker.TestDockerConfig.Warming;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Images that always have containers waiting.
class KeptImagesTest extends WaitingFixture {
    private static final String BASH = "runnel-test/bash";
    private static final String MISSING = "runnel-test/kept-" + System.nanoTime();

    KeptImagesTest() {
        super(
                new Warming(
                        1,
                        4,
                        Duration.ofMinutes(15),
                        Optional.of(List.of(MISSING, "alpine", BASH)),
                        0));
    }

    @Test
    void listedImagesHaveContainersWaitingBeforeAnyUseAndAfterEach() throws Exception {
        awaitWaiting("alpine", BASH);
        for (String image : List.of("alpine", BASH, "alpine")) {
            List<String> before = ids();
            StepSpec spec = inWorkspaces(with(spec("cat of"), image));
            assertThat(furnish(spec)).as("a container of %s waited", image).isTrue();
            RecordingListener heard = new RecordingListener();
            assertThat(end(start(spec, heard))).isEqualTo(new Exited(0));
            assertThat(heard.stdout(1)).isEqualTo(spec.key().run().toString());
            closeSteps();
            awaitWaiting("alpine", BASH);
            assertThat(ids()).as("the used one is replaced").isNotEqualTo(before).hasSize(2);
        }
        assertThat(docker.ahead().waiting().used()).isEqualTo(3);
    }

    @Test
    void anImageThatComesLaterHasAContainerFromThenOn() throws Exception {
        awaitWaiting("alpine", BASH);
        assertThat(slots()).as("folders, none of them of %s", MISSING).hasSize(2);
        DockerCommand.run("tag", "alpine", MISSING);
        try {
            awaitWaiting("alpine", BASH, MISSING);
            docker.close();
            assertThat(waiting()).isEmpty();
            assertThat(slots()).isEmpty();
        } finally {
            DockerCommand.run("image", "rm", MISSING);
        }
    }

    @Test
    void whatIsNoImageIsRefusedWhenTheServerStarts() {
        Warming typo =
                new Warming(
                        1, 4, Duration.ofMinutes(15), Optional.of(List.of("alpine", "Bash")), 0);
        assertThatThrownBy(() -> new DockerExecutor(config.withWarm(typo)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("runnel.docker.warm.images")
                .hasMessageContaining("`Bash`");
    }

    private List<String> ids() {
        return waiting().stream().map(Container::getId).sorted().toList();
    }

    private void awaitWaiting(String... images) throws InterruptedException {
        RecordingListener.await(
                () ->
                        docker.ahead().waiting().idle() == images.length
                                && slotCount() == images.length
                                && waiting().stream()
                                        .filter(one -> one.getState().equals("running"))
                                        .map(Container::getImage)
                                        .sorted()
                                        .toList()
                                        .equals(List.of(images).stream().sorted().toList()),
                "containers of " + List.of(images));
    }

    private int slotCount() {
        try {
            return slots().size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
