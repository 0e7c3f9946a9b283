package dev.runnel.executor.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executor.Executor;
import dev.runnel.executor.ResumePoint;
import dev.runnel.executor.RunningStep;
import dev.runnel.executor.StepKey;
import dev.runnel.executor.StepListener;
import dev.runnel.executor.StepSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A Docker executor that has a container waiting for each attempt that is started. As an extension
/// of a test class it fails the class when none of them was used.
final class WarmExecutor implements Executor, AfterAllCallback {
    private static final TestDockerConfig.Warming WARM =
            new TestDockerConfig.Warming(0, 0, Duration.ofMinutes(15), Optional.empty(), 4);

    private final DockerExecutor executor;
    private final boolean fromPool;

    private WarmExecutor(boolean fromPool) {
        this.fromPool = fromPool;
        this.executor = new DockerExecutor(TestDockerConfig.shared().withWarm(WARM));
    }

    /// The containers are made for their attempts.
    static WarmExecutor prepared() {
        return new WarmExecutor(false);
    }

    /// The containers are made for any attempt and get its workspace later.
    static WarmExecutor pooled() {
        return new WarmExecutor(true);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        executor.close();
        assertThat(executor.ahead().waiting().used())
                .as("attempts that got a container that waited")
                .isPositive();
    }

    @Override
    public RunningStep start(StepSpec spec, StepListener listener) {
        makeReady(spec);
        return executor.start(spec, listener);
    }

    /// Has a container waiting for an attempt.
    void makeReady(StepSpec spec) {
        if (!fromPool) {
            ahead().prepare(spec);
            return;
        }
        ahead().expect(spec);
        Path files = spec.workspace().resolveSibling(spec.workspace().getFileName() + "-clone");
        try {
            Files.move(spec.workspace(), files);
            if (!ahead().furnish(spec, files)) {
                Files.move(files, spec.workspace());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Ahead ahead() {
        return executor.ahead();
    }

    @Override
    public String name() {
        return executor.name();
    }

    @Override
    public Optional<String> unavailable() {
        return executor.unavailable();
    }

    @Override
    public String workspaceSeen(Path workspace, String path) {
        return executor.workspaceSeen(workspace, path);
    }

    @Override
    public boolean isolates() {
        return executor.isolates();
    }

    @Override
    public Optional<RunningStep> reattach(StepSpec spec, ResumePoint from, StepListener listener) {
        return executor.reattach(spec, from, listener);
    }

    @Override
    public void destroy(StepKey key) {
        executor.destroy(key);
    }

    @Override
    public List<StepKey> leftovers() {
        return executor.leftovers();
    }
}
