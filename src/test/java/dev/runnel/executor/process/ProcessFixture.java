package dev.runnel.executor.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executor.RecordingListener;
import dev.runnel.executor.RunningStep;
import dev.runnel.executor.StepExit;
import dev.runnel.executor.StepKey;
import dev.runnel.executor.StepSpec;
import dev.runnel.pipeline.Image;
import dev.runnel.run.RunId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A place for one attempt, which must leave nothing behind.
@Timeout(120)
abstract class ProcessFixture {
    @TempDir Path folder;

    final RecordingListener heard = new RecordingListener();
    final StepKey key = new StepKey(RunId.at(Instant.now(), new Random()), 1, 1);
    Path workspace = Path.of("/");
    ProcessExecutor executor = new ProcessExecutor(Path.of("/"), new Random(), System.getenv());

    @BeforeEach
    void setUp() throws IOException {
        executor = newExecutor();
        workspace = Files.createDirectory(folder.resolve("work space"));
    }

    @AfterEach
    void leaveNothing() throws IOException {
        executor.destroy(key);
        assertThat(processesOf(key)).isEmpty();
    }

    ProcessExecutor newExecutor() {
        return new ProcessExecutor(folder.resolve("processes"), new Random(7), System.getenv());
    }

    static List<HostProcess> processesOf(StepKey key) throws IOException {
        return HostProcess.all().stream()
                .filter(process -> process.hasVariable("RUNNEL_ATTEMPT_KEY=" + key))
                .toList();
    }

    StepSpec spec(Map<String, String> environment, String... script) {
        return new StepSpec(
                key,
                new Image("alpine:latest"),
                List.of(script),
                environment,
                workspace,
                "/workspace",
                new StepSpec.Limits(1 << 30, 1, 100));
    }

    RunningStep start(String... script) {
        return executor.start(spec(Map.of(), script), heard);
    }

    StepExit run(String... script) throws InterruptedException {
        return run(Map.of(), script);
    }

    StepExit run(Map<String, String> environment, String... script) throws InterruptedException {
        try (RunningStep step = executor.start(spec(environment, script), heard)) {
            return step.await();
        }
    }
}
