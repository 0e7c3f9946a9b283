package dev.runnel.executor.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.runnel.executor.ExecutorException;
import dev.runnel.executor.RecordingListener;
import dev.runnel.executor.RunningStep;
import dev.runnel.executor.StepExit;
import dev.runnel.executor.StepExit.Exited;
import dev.runnel.executor.StepExit.Lost;
import dev.runnel.executor.StepSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What becomes of steps when the engine is restarted under them.
class EngineRestartTest extends DockerFixture {
    private final RecordingListener listener = new RecordingListener();
    private final RecordingListener after = new RecordingListener();

    private @Nullable PrivateEngine launched;

    private PrivateEngine launch(String... options) throws Exception {
        PrivateEngine engine = PrivateEngine.launch(options);
        launched = engine;
        use(TestDockerConfig.at(engine.host()));
        return engine;
    }

    @AfterEach
    void removeEngine() throws IOException {
        closeSteps();
        if (launched != null) {
            launched.close();
        }
    }

    private void go() throws IOException {
        Files.createFile(workspace.resolve("go"));
    }

    private static String waitFor(String file) {
        return "while [ ! -e " + file + " ]; do sleep 0.05; done";
    }

    @Test
    void engineThatTakesItsContainersDownLosesTheStep() throws Exception {
        PrivateEngine engine = launch();
        StepSpec spec = spec("echo ready; sleep 300");
        RunningStep step = start(spec, listener);
        listener.awaitText(1, "ready");
        engine.stop();
        engine.start();
        assertThat(end(step)).isInstanceOf(Lost.class);
        assertThat(listener.transcript()).containsExactly(">1", "1 out ready");
        assertThat(end(reattach(spec, listener, after))).isInstanceOf(Lost.class);
        executor().destroy(spec.key());
        assertThat(executor().leftovers()).isEmpty();
    }

    @Test
    void engineThatKeepsItsContainersLosesNothing() throws Exception {
        PrivateEngine engine = launch("--live-restore");
        String count = "i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo line $i; sleep 0.02; done";
        RunningStep step = start(spec("echo first", count, waitFor("go"), "exit 7"), listener);
        listener.awaitText(2, "line 30\n");
        engine.stop();
        engine.start();
        go();
        assertThat(end(step)).isEqualTo(new Exited(7));
        assertThat(listener.stdout(2))
                .isEqualTo(
                        IntStream.rangeClosed(1, 300)
                                .mapToObj(number -> "line " + number + "\n")
                                .collect(Collectors.joining()));
        assertThat(listener.exitCodes()).containsExactly(0, 0, 0, 7);
    }

    @Test
    void lineThatTheEngineForgetsIsNeitherDoubledNorDoesItEatAnother() throws Exception {
        PrivateEngine engine = launch("--live-restore");
        RunningStep step =
                start(
                        spec("echo first; printf abc", waitFor("go") + "; echo def; echo next"),
                        listener);
        listener.awaitText(1, "abc");
        engine.stop();
        engine.start();
        go();
        assertThat(end(step)).isEqualTo(new Exited(0));
        assertThat(listener.stdout(1)).isEqualTo("first\nabc");
        assertThat(listener.stdout(2)).isEqualTo("def\nnext\n");
    }

    @Test
    void stepWhoseEndTheEngineMissedIsNoSuccessWithoutItsOutput() throws Exception {
        PrivateEngine engine = launch("--live-restore");
        RunningStep step =
                start(spec("echo ready; " + waitFor("go") + "; echo last; touch over"), listener);
        listener.awaitText(1, "ready");
        engine.stop();
        go();
        RecordingListener.await(() -> Files.exists(workspace.resolve("over")), "the end");
        engine.start();
        StepExit exit = end(step);
        if (listener.stdout(1).endsWith("last\n")) {
            assertThat(exit).isEqualTo(new Exited(0));
        } else {
            assertThat(exit).isInstanceOf(Lost.class);
        }
    }

    @Test
    void engineThatStaysAwayIsGivenUpAndTheStepIsFoundAgain() throws Exception {
        PrivateEngine engine = launch("--live-restore");
        use(TestDockerConfig.at(engine.host()).withPatience(Duration.ofSeconds(1)));
        StepSpec spec = spec("echo ready; " + waitFor("go") + "; echo last; exit 3");
        RunningStep step = start(spec, listener);
        listener.awaitText(1, "ready");
        engine.stop();
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> end(step))
                .withCauseInstanceOf(ExecutorException.class);
        assertThat(executor().unavailable()).isPresent();
        engine.start();
        RunningStep found = reattach(spec, listener, after);
        go();
        assertThat(end(found)).isEqualTo(new Exited(3));
        assertThat(after.transcript()).containsExactly("1 out last", "<1 3");
        found.close();
        assertThat(executor().leftovers()).isEmpty();
    }
}
