package dev.runnel.executor.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.executor.ExecutorException;
import dev.runnel.executor.RecordingListener;
import dev.runnel.executor.RunningStep;
import dev.runnel.executor.StepExit.Exited;
import dev.runnel.executor.StepExit.Refused;
import dev.runnel.executor.StepExit.Stopped;
import dev.runnel.executor.StepKey;
import dev.runnel.executor.StepSpec;
import dev.runnel.pipeline.Image;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Runs steps as real processes of this machine.
class ProcessExecutorTest extends ProcessFixture {
    private static final Duration LONG = Duration.ofSeconds(60);

    @Test
    void tellsCommandsTheirOutputAndTheirEnds() throws Exception {
        assertThat(run("echo one", "echo two >&2", "printf three")).isEqualTo(new Exited(0));
        assertThat(heard.transcript())
                .containsExactly(
                        ">1",
                        "1 out one",
                        "<1 0",
                        ">2",
                        "2 err two",
                        "<2 0",
                        ">3",
                        "3 out three…",
                        "<3 0");
    }

    @Test
    void aFailingCommandEndsTheStepWithItsCode() throws Exception {
        assertThat(run("true", "sh -c 'exit 42'", "echo never")).isEqualTo(new Exited(42));
        assertThat(heard.exitCodes()).containsExactly(0, 42);
        assertThat(heard.transcript()).doesNotContain(">3");
    }

    @Test
    void exitInsideACommandEndsTheStep() throws Exception {
        assertThat(run("echo a; exit 3", "echo never")).isEqualTo(new Exited(3));
        assertThat(heard.transcript()).containsExactly(">1", "1 out a", "<1 3");
    }

    @Test
    void aShellKilledByASignalEndsWith128AndItsNumber() throws Exception {
        assertThat(run("kill -KILL $$")).isEqualTo(new Exited(137));
        assertThat(heard.stderr(1)).isEmpty();
    }

    @Test
    void unbalancedQuotesFailTheirOwnCommand() throws Exception {
        assertThat(run("echo fine", "echo 'open", "echo never")).isEqualTo(new Exited(2));
        assertThat(heard.stdout(1)).isEqualTo("fine\n");
        assertThat(heard.stderr(2)).contains("nterminated");
    }

    @Test
    void aReaderOfStandardInputReadsNothing() throws Exception {
        assertThat(run("cat; echo read", "echo next")).isEqualTo(new Exited(0));
        assertThat(heard.stdout(1)).isEqualTo("read\n");
        assertThat(heard.stdout(2)).isEqualTo("next\n");
    }

    @Test
    void outputThatAProgramOpensByNameCutsNothingOff() throws Exception {
        assertThat(run("echo a; echo b >/dev/stdout; echo c", "echo d >/dev/stderr"))
                .isEqualTo(new Exited(0));
        assertThat(heard.stdout(1)).isEqualTo("a\nb\nc\n");
        assertThat(heard.stderr(2)).isEqualTo("d\n");
    }

    @Test
    void worksInTheCheckout() throws Exception {
        Files.writeString(workspace.resolve("file"), "content");
        assertThat(run("cat file; pwd", "echo made >made")).isEqualTo(new Exited(0));
        assertThat(heard.stdout(1)).isEqualTo("content" + workspace + "\n");
        assertThat(workspace.resolve("made")).hasContent("made");
    }

    @Test
    void variablesArriveWhateverTheyHold() throws Exception {
        Map<String, String> environment =
                Map.of("A", "it's \"two\"\nlines $HOME `id` \\", "B", "grün\n'日本' 🎉", "UID_X", "");
        assertThat(run(environment, "printf '%s' \"$A\"", "printf '%s' \"$B\"; env"))
                .isEqualTo(new Exited(0));
        assertThat(heard.stdout(1)).isEqualTo(environment.get("A"));
        assertThat(heard.stdout(2)).startsWith(environment.get("B"));
    }

    @Test
    void nothingOfRunnelsEnvironmentIsSeenButWhatProgramsNeed() throws Exception {
        executor =
                new ProcessExecutor(
                        folder.resolve("processes"),
                        new Random(),
                        Map.of("PATH", System.getenv("PATH"), "HOME", "/h", "SECRET", "s"));
        assertThat(run("env | cut -d= -f1 | sort")).isEqualTo(new Exited(0));
        assertThat(heard.stdout(1).lines())
                .containsExactlyInAnyOrder("HOME", "PATH", "PWD", "RUNNEL_ATTEMPT_KEY");
    }

    @Test
    void aBackgroundProcessThatKeepsTheOutputOpenEndsWithTheStep() throws Exception {
        assertThat(run("sleep 1000 & echo started")).isEqualTo(new Exited(0));
        assertThat(heard.stdout(1)).isEqualTo("started\n");
        assertThat(processesOf(key)).isEmpty();
    }

    @Test
    void aProcessWithASessionOfItsOwnEndsWithTheStep() throws Exception {
        assertThat(run("setsid sleep 1000 & sleep 0.1; echo started")).isEqualTo(new Exited(0));
        assertThat(processesOf(key)).isEmpty();
    }

    @Test
    void stopLetsTheStepCleanUp() throws Exception {
        RunningStep step = start("trap 'echo cleaned; exit 0' TERM; echo up; sleep 1000 & wait");
        heard.awaitText(1, "up");
        step.stop(LONG);
        assertThat(step.await()).isEqualTo(new Stopped());
        assertThat(heard.stdout(1)).isEqualTo("up\ncleaned\n");
        step.close();
    }

    @Test
    void stopKillsAfterTheGracePeriodWhatDoesNotListen() throws Exception {
        RunningStep step =
                start("trap '' TERM; setsid sleep 1000 & echo up; while :; do sleep 1; done");
        heard.awaitText(1, "up");
        step.stop(LONG);
        step.stop(Duration.ofMillis(200));
        assertThat(step.await()).isEqualTo(new Stopped());
        assertThat(processesOf(key)).isEmpty();
        step.close();
    }

    @Test
    void stopRightAfterTheStartStops() throws Exception {
        RunningStep step = start("sleep 1000");
        // A shell that is just about to start the command looks for its traps after it only
        step.stop(Duration.ofSeconds(2));
        assertThat(step.await()).isEqualTo(new Stopped());
        step.close();
    }

    @Test
    void stopAfterTheEndChangesNothing() throws Exception {
        RunningStep step = start("exit 4");
        assertThat(step.await()).isEqualTo(new Exited(4));
        step.stop(Duration.ZERO);
        assertThat(step.await()).isEqualTo(new Exited(4));
        step.close();
    }

    @Test
    void closeEndsARunningStepAndLeavesNoTraceAndMayBeCalledTwice() throws Exception {
        RunningStep step = start("echo up; sleep 1000");
        heard.awaitText(1, "up");
        assertThat(executor.leftovers()).containsExactly(key);
        step.close();
        step.close();
        assertThat(processesOf(key)).isEmpty();
        assertThat(executor.leftovers()).isEmpty();
        assertThat(step.await()).isEqualTo(new Stopped());
    }

    @Test
    void aKeyThatExistsIsRefusedAndItsAttemptUnharmed() throws Exception {
        RunningStep step = start("echo up; sleep 1000");
        heard.awaitText(1, "up");
        RunningStep second = executor.start(spec(Map.of(), "true"), new RecordingListener());
        assertThat(second.await()).isInstanceOf(Refused.class);
        second.close();
        assertThat(processesOf(key)).isNotEmpty();
        step.close();
    }

    @Test
    void aCheckoutThatIsNotThereIsRefused() throws Exception {
        workspace = folder.resolve("missing");
        assertThat(run("true")).isInstanceOf(Refused.class);
        assertThat(executor.leftovers()).isEmpty();
    }

    @Test
    void stepsRunBesideEachOther() throws Exception {
        List<RunningStep> steps =
                IntStream.rangeClosed(1, 10)
                        .mapToObj(step ->
                                executor.start(
                                        new StepSpec(
                                                new StepKey(key.run(), step, 2),
                                                new Image("alpine:latest"),
                                                List.of("exit " + step),
                                                Map.of(),
                                                workspace,
                                                "/workspace",
                                                new StepSpec.Limits(1, 1, 1)),
                                        new RecordingListener()))
                        .toList();
        for (int index = 0; index < steps.size(); index++) {
            assertThat(steps.get(index).await()).isEqualTo(new Exited(index + 1));
        }
        steps.forEach(RunningStep::close);
        assertThat(executor.leftovers()).isEmpty();
    }

    @Test
    void answersThatItIsThereAndKeepsNothingApart() {
        assertThat(executor.unavailable()).isEmpty();
        assertThat(executor.isolates()).isFalse();
        assertThat(executor.name()).isEqualTo("process");
        assertThat(
                        new ProcessExecutor(folder, new Random(), Map.of("PATH", "/nowhere"))
                                .unavailable())
                .hasValueSatisfying(message -> assertThat(message).contains("setsid"));
    }

    @Test
    void aFolderThatCannotBeMadeMakesItUnavailable() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        ProcessExecutor broken =
                new ProcessExecutor(file.resolve("below"), new Random(), System.getenv());
        assertThat(broken.unavailable()).isPresent();
        assertThatThrownBy(() -> broken.start(spec(Map.of(), "true"), heard).await())
                .isInstanceOf(ExecutorException.class);
    }
}
