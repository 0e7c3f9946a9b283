package dev.runnel.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executor.StepSpec.Limits;
import dev.runnel.pipeline.Image;
import dev.runnel.run.RunId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/// What the contract tests of executors share: steps to run, and their removal.
public abstract class ExecutorFixture {
    protected static final Duration GRACE = Duration.ofSeconds(10);
    private static final long MEMORY = 256 * 1024 * 1024;

    @TempDir protected Path workspace;

    private final List<RunningStep> steps = new ArrayList<>();

    /// The executor under test.
    protected abstract Executor executor();

    /// An image with a shell that the engine has.
    protected Image image() {
        return new Image("alpine");
    }

    /// What happens to its attempts outside this process.
    protected abstract Outside outside();

    /// What came of an attempt.
    ///
    /// @param exit how it ended
    protected record Outcome(StepExit exit, RecordingListener heard) {
        public List<String> transcript() {
            return heard.transcript();
        }
    }

    /// Removes what a test started.
    @AfterEach
    protected final void closeSteps() {
        steps.forEach(RunningStep::close);
        steps.clear();
    }

    protected StepSpec spec(String... script) {
        return spec(List.of(script), Map.of());
    }

    protected StepSpec spec(List<String> script, Map<String, String> environment) {
        StepKey key = new StepKey(RunId.at(Instant.now(), new java.util.Random()), 1, 1);
        return new StepSpec(
                key,
                image(),
                script,
                environment,
                workspace,
                "/opt/fxquants/pipeline",
                new Limits(MEMORY, 2, 200));
    }

    protected RunningStep start(StepSpec spec, StepListener listener) {
        return closedLater(executor().start(spec, listener));
    }

    protected RunningStep reattach(StepSpec spec, RecordingListener before, StepListener after) {
        return closedLater(executor().reattach(spec, before.resumePoint(), after).orElseThrow());
    }

    protected RunningStep closedLater(RunningStep step) {
        steps.add(step);
        return step;
    }

    protected Outcome run(String... script) throws Exception {
        return run(spec(script));
    }

    protected Outcome run(StepSpec spec) throws Exception {
        RecordingListener listener = new RecordingListener();
        return new Outcome(end(start(spec, listener)), listener);
    }

    /// How a step ends, within a minute.
    protected static StepExit end(RunningStep step) throws Exception {
        CompletableFuture<StepExit> exit = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try {
                exit.complete(step.await());
            } catch (InterruptedException | RuntimeException e) {
                exit.completeExceptionally(e);
            }
        });
        return exit.get(60, TimeUnit.SECONDS);
    }

    protected String file(String name) {
        Path file = workspace.resolve(name);
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            return "";
        }
    }

    /// Waits until a file of the workspace is the same for a second.
    protected void awaitStandstill(String name) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        String before = file(name);
        int same = 0;
        while (same < 20) {
            assertThat(System.nanoTime())
                    .as("time for %s to stand still", name)
                    .isLessThan(deadline);
            Thread.sleep(50);
            String now = file(name);
            same = now.equals(before) ? same + 1 : 0;
            before = now;
        }
    }
}
