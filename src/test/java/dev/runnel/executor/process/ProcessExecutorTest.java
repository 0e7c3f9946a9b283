package dev.runnel.executor.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.executor.ExecutorException;
import dev.runnel.executor.RecordingListener;
import dev.runnel.executor.ResumePoint;
import dev.runnel.executor.RunningStep;
import dev.runnel.executor.StepExit;
import dev.runnel.executor.StepExit.Exited;
import dev.runnel.executor.StepExit.Lost;
import dev.runnel.executor.StepExit.Refused;
import dev.runnel.executor.StepExit.Stopped;
import dev.runnel.executor.StepKey;
import dev.runnel.executor.StepListener;
import dev.runnel.executor.StepSpec;
import dev.runnel.pipeline.Image;
import dev.runnel.run.RunId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Runs steps as real processes of this machine.
@Timeout(120)
class ProcessExecutorTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir Path folder;

    private final RecordingListener heard = new RecordingListener();
    private final StepKey key = new StepKey(RunId.at(Instant.now(), new Random()), 1, 1);
    private Path workspace = Path.of("/");
    private ProcessExecutor executor =
            new ProcessExecutor(Path.of("/"), new Random(), System.getenv());

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

    private ProcessExecutor newExecutor() {
        return new ProcessExecutor(folder.resolve("processes"), new Random(7), System.getenv());
    }

    private static List<HostProcess> processesOf(StepKey key) throws IOException {
        return HostProcess.all().stream()
                .filter(process -> process.hasVariable("RUNNEL_ATTEMPT_KEY=" + key))
                .toList();
    }

    private StepSpec spec(Map<String, String> environment, String... script) {
        return new StepSpec(
                key,
                new Image("alpine:latest"),
                List.of(script),
                environment,
                workspace,
                "/workspace",
                new StepSpec.Limits(1 << 30, 1, 100));
    }

    private RunningStep start(String... script) {
        return executor.start(spec(Map.of(), script), heard);
    }

    private StepExit run(String... script) throws InterruptedException {
        return run(Map.of(), script);
    }

    private StepExit run(Map<String, String> environment, String... script)
            throws InterruptedException {
        try (RunningStep step = executor.start(spec(environment, script), heard)) {
            return step.await();
        }
    }

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
        step.stop(LONG);
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
    void destroyNeedsTheKeyAlone() throws Exception {
        RunningStep step = start("echo up; sleep 1000");
        heard.awaitText(1, "up");
        newExecutor().destroy(key);
        assertThat(processesOf(key)).isEmpty();
        assertThat(executor.leftovers()).isEmpty();
        assertThat(step.await()).isInstanceOf(Lost.class);
        newExecutor().destroy(key);
    }

    @Test
    void leftoversAreAttemptsOnly() throws Exception {
        assertThat(executor.leftovers()).isEmpty();
        Files.createDirectories(folder.resolve("processes/something"));
        try (RunningStep step = start("true")) {
            step.await();
            assertThat(executor.leftovers()).containsExactly(key);
        }
        assertThat(executor.leftovers()).isEmpty();
    }

    @Test
    void aStepKilledFromOutsideIsLost() throws Exception {
        RunningStep step = start("echo up; sleep 1000");
        heard.awaitText(1, "up");
        for (HostProcess process : processesOf(key)) {
            process.kill();
        }
        assertThat(step.await()).isInstanceOf(Lost.class);
        step.close();
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
    void anUnknownAttemptCannotBeTakenUp() {
        assertThat(executor.reattach(spec(Map.of(), "true"), ResumePoint.START, heard)).isEmpty();
    }

    @Test
    void anAttemptIsTakenUpWhereItWasLeft() throws Exception {
        String[] script = {
            "echo one; echo e >&2", "echo two; while [ ! -e go ]; do sleep 0.05; done; echo three"
        };
        RunningStep step = start(script);
        heard.awaitText(2, "two");
        step.detach();
        assertThatThrownBy(step::await).isInstanceOf(ExecutorException.class);

        RecordingListener rest = new RecordingListener();
        RunningStep again =
                newExecutor()
                        .reattach(spec(Map.of(), script), heard.resumePoint(), rest)
                        .orElseThrow();
        Files.createFile(workspace.resolve("go"));
        assertThat(again.await()).isEqualTo(new Exited(0));
        assertThat(rest.transcript()).containsExactly("2 out three", "<2 0");
        assertThat(heard.transcript()).doesNotContain("<2 0", "2 out three");
        again.close();
    }

    @Test
    void anAttemptThatEndedMeanwhileGivesItsOutputAndItsCode() throws Exception {
        RunningStep step = start("sleep 0.3; echo out; exit 9");
        step.detach();
        RecordingListener.await(() -> codeIsKnown(), "the step to end");
        RunningStep again =
                newExecutor()
                        .reattach(spec(Map.of(), "sleep"), ResumePoint.START, heard)
                        .orElseThrow();
        assertThat(again.await()).isEqualTo(new Exited(9));
        assertThat(heard.transcript()).containsExactly(">1", "1 out out", "<1 9");
        again.close();
    }

    private boolean codeIsKnown() {
        return Files.exists(folder.resolve("processes").resolve(key.toString()).resolve("code"));
    }

    @Test
    void aProcessThatGotTheNumberOfTheKeeperIsNotTakenForIt() throws Exception {
        RunningStep step = start("echo up; sleep 1000");
        heard.awaitText(1, "up");
        step.detach();
        for (HostProcess process : processesOf(key)) {
            process.kill();
        }
        HostProcess self = HostProcess.find(ProcessHandle.current().pid()).orElseThrow();
        String stat = self.pid() + " (sh) S 1 1 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1 0";
        Path attempt = folder.resolve("processes").resolve(key.toString());
        Files.writeString(attempt.resolve("keeper"), HostProcess.boot() + "\n" + stat);
        Files.writeString(attempt.resolve("step"), stat);
        RunningStep again =
                executor.reattach(spec(Map.of(), "x"), heard.resumePoint(), new RecordingListener())
                        .orElseThrow();
        assertThat(again.await()).isInstanceOf(Lost.class);
        again.close();
    }

    @Test
    void aStepGoesOnWhenRunnelIsKilled() throws Exception {
        String script =
                "echo before; touch up; while [ ! -e go ]; do sleep 0.05; done; echo after; exit 6";
        Process runnel = otherRunnel(List.of(script)).start();
        try {
            RecordingListener.await(() -> Files.exists(workspace.resolve("up")), "the step");
        } finally {
            runnel.destroyForcibly().waitFor();
        }
        RunningStep again =
                executor.reattach(spec(Map.of(), script), ResumePoint.START, heard).orElseThrow();
        Files.createFile(workspace.resolve("go"));
        assertThat(again.await()).isEqualTo(new Exited(6));
        assertThat(heard.transcript()).containsExactly(">1", "1 out before", "1 out after", "<1 6");
        again.close();
    }

    @Test
    void muchOutputIsToldWholeByARunnelWithLittleMemory() throws Exception {
        Process runnel =
                otherRunnel(
                                List.of(
                                        "yes 0123456789abcdef | head -c 100000000 >&2",
                                        "yes 0123456789abcdef | head -c 100000000"))
                        .start();
        assertThat(new String(runnel.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("200000000 " + new Exited(0) + "\n");
        assertThat(runnel.waitFor()).isZero();
    }

    private ProcessBuilder otherRunnel(List<String> script) {
        return OtherRunnel.command(
                folder.resolve("processes"), workspace, key.run(), script, "-Xmx32m");
    }

    @Test
    void aListenerThatBlocksLosesNothing() throws Exception {
        CountDownLatch open = new CountDownLatch(1);
        AtomicLong told = new AtomicLong();
        StepListener listener =
                new OtherRunnel.Counting(told) {
                    @Override
                    public void commandStarted(int command) {
                        try {
                            open.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    }
                };
        try (RunningStep step =
                executor.start(
                        spec(Map.of(), "yes 0123456789abcdef | head -c 10000000"), listener)) {
            RecordingListener.await(this::codeIsKnown, "the step to end");
            assertThat(told).hasValue(0);
            open.countDown();
            assertThat(step.await()).isEqualTo(new Exited(0));
        }
        assertThat(told).hasValue(10_000_000);
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
