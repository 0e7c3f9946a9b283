package dev.runnel.executor.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Container;
import dev.runnel.executor.Executor;
import dev.runnel.executor.RecordingListener;
import dev.runnel.executor.StepSpec;
import dev.runnel.executor.docker.TestDockerConfig.Warming;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// An executor with containers that wait, and an installation of its own.
abstract class WaitingFixture extends DockerFixture {
    @TempDir Path workspaces;

    final String installation = "runnel-waiting-" + System.nanoTime();
    final TestDockerConfig config;
    final DockerExecutor docker;
    final RecordingListener listener = new RecordingListener();

    WaitingFixture(Warming warming) {
        config = TestDockerConfig.shared().withInstallation(installation).withWarm(warming);
        docker = new DockerExecutor(config);
    }

    @BeforeEach
    void start() {
        docker.ahead().begin(inWorkspaces(spec("true")));
    }

    @AfterEach
    void close() {
        closeSteps();
        docker.close();
    }

    @Override
    protected Executor executor() {
        return docker;
    }

    final StepSpec inWorkspaces(StepSpec spec) {
        return in(spec, workspaces.resolve(spec.key().run().toString()));
    }

    private static StepSpec in(StepSpec spec, Path workspace) {
        return new StepSpec(
                spec.key(),
                spec.image(),
                spec.script(),
                spec.environment(),
                workspace,
                spec.workspacePath(),
                spec.limits(),
                spec.setting(),
                spec.sidecars(),
                spec.mounts());
    }

    final Path cloned(StepSpec spec) throws IOException {
        Path files = Files.createDirectory(workspaces.resolve(spec.key().run() + ".clone-1"));
        Files.writeString(files.resolve("of"), spec.key().run().toString());
        return files;
    }

    final boolean furnish(StepSpec spec) throws Exception {
        return docker.ahead().furnish(spec, cloned(spec));
    }

    /// Waits for a container in the pool and gives it to an attempt.
    final void furnishSurely(StepSpec spec) throws Exception {
        docker.ahead().expect(spec);
        assertThat(furnish(spec)).as("a container waited").isTrue();
    }

    final List<Container> waiting() {
        return engine(client ->
                client.listContainersCmd()
                        .withShowAll(true)
                        .withLabelFilter(
                                Map.of(
                                        ContainerPlan.INSTALLATION,
                                        installation,
                                        ContainerPlan.WAITING,
                                        "true"))
                        .exec());
    }

    private <T> T engine(Function<DockerClient, T> question) {
        try (DockerEngine engine = DockerEngine.of(config)) {
            return question.apply(engine.client());
        }
    }

    final List<Path> slots() throws IOException {
        try (Stream<Path> all = Files.list(workspaces)) {
            return all.filter(WaitingContainer::isSlot).toList();
        }
    }
}
