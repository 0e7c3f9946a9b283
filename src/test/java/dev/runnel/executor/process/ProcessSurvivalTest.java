package dev.runnel.executor.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.executor.ExecutorException;
import dev.runnel.executor.RecordingListener;
import dev.runnel.executor.ResumePoint;
import dev.runnel.executor.RunningStep;
import dev.runnel.executor.StepExit.Exited;
import dev.runnel.executor.StepExit.Lost;
import dev.runnel.executor.StepListener;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// What becomes of an attempt when Runnel, or somebody, does not behave.
class ProcessSurvivalTest extends ProcessFixture {
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
    void variablesArriveWholeWhereTheLocaleKnowsAsciiOnly() throws Exception {
        ProcessBuilder builder = otherRunnel(List.of("printf %s \"$GREEN\" >green"));
        builder.environment().put("LC_ALL", "C");
        Process runnel = builder.start();
        assertThat(runnel.waitFor()).isZero();
        assertThat(workspace.resolve("green")).hasContent(OtherRunnel.GREEN);
    }
}
