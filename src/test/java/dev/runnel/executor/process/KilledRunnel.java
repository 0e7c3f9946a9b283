package dev.runnel.executor.process;

import dev.runnel.executor.RecordingListener;
import dev.runnel.executor.StepKey;
import dev.runnel.executor.StepSpec;
import dev.runnel.pipeline.Image;
import dev.runnel.run.RunId;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Starts a step in a Java process that a test kills.
final class KilledRunnel {
    static final String SCRIPT =
            "echo before; touch up; while [ ! -e go ]; do sleep 0.05; done; echo after; exit 6";

    private KilledRunnel() {}

    public static void main(String[] arguments) throws InterruptedException {
        StepSpec spec =
                new StepSpec(
                        new StepKey(RunId.parse(arguments[2]).orElseThrow(), 1, 1),
                        new Image("alpine:latest"),
                        List.of(SCRIPT),
                        Map.of(),
                        Path.of(arguments[1]),
                        "/workspace",
                        new StepSpec.Limits(1, 1, 1));
        new ProcessExecutor(Path.of(arguments[0]), new Random(), System.getenv())
                .start(spec, new RecordingListener())
                .await();
    }
}
