package dev.runnel.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executor.StepExit.Exited;
import java.nio.file.Files;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// How every executor finds steps again.
public abstract class RecoveryContract extends ExecutorFixture {
    private static final String COUNT =
            "i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo line $i; echo err $i >&2;"
                    + " sleep 0.005; done";

    private final RecordingListener before = new RecordingListener();
    private final RecordingListener after = new RecordingListener();

    private static String lines(String word, int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(number -> word + " " + number + "\n")
                .collect(Collectors.joining());
    }

    private void assertEachLineOnce(int command) {
        assertThat(before.stdout(command) + after.stdout(command)).isEqualTo(lines("line", 300));
        assertThat(before.stderr(command) + after.stderr(command)).isEqualTo(lines("err", 300));
    }

    @Test
    protected void stepThatRunsIsTakenUpWhereItWas() throws Exception {
        StepSpec spec = spec("echo first", COUNT, "echo third; exit 7");
        RunningStep first = start(spec, before);
        before.awaitText(2, "line 20\n");
        first.detach();
        RunningStep second = reattach(spec, before, after);
        assertThat(end(second)).isEqualTo(new Exited(7));
        assertEachLineOnce(2);
        assertThat(before.transcript()).startsWith(">1", "1 out first", "<1 0", ">2");
        assertThat(after.transcript())
                .endsWith("3 out third", "<3 7")
                .contains("<2 0", ">3")
                .doesNotContain(">1", ">2", "<1 0");
    }

    @Test
    protected void stepThatEndedMeanwhileGivesItsRestAndItsCode() throws Exception {
        StepSpec spec = spec("printf 'no end'", COUNT, "touch over; exit 7");
        RunningStep first = start(spec, before);
        before.awaitText(2, "line 5\n");
        first.detach();
        RecordingListener.await(() -> Files.exists(workspace.resolve("over")), "the end");
        RunningStep second = reattach(spec, before, after);
        assertThat(end(second)).isEqualTo(new Exited(7));
        assertEachLineOnce(2);
        assertThat(after.transcript()).endsWith("<2 0", ">3", "<3 7");
    }

    @Test
    protected void wholeStepCanBeHeardAgain() throws Exception {
        String odd =
                "printf 'a\\rb\\r\\n\\n\\n'; head -c 50000 /dev/zero | tr '\\0' x; echo;"
                        + " head -c 16384 /dev/zero | tr '\\0' y; echo; printf 'n\\000\\377l\\n';"
                        + " head -c 32768 /dev/zero | tr '\\0' z; echo; echo e >&2; printf 'no end'";
        StepSpec spec = spec("echo first", odd, odd);
        RunningStep first = start(spec, before);
        assertThat(end(first)).isEqualTo(new Exited(0));
        RunningStep second =
                closedLater(executor().reattach(spec, ResumePoint.START, after).orElseThrow());
        assertThat(end(second)).isEqualTo(new Exited(0));
        for (int command = 1; command <= 3; command++) {
            assertThat(after.stdout(command)).isEqualTo(before.stdout(command));
            assertThat(after.stderr(command)).isEqualTo(before.stderr(command));
        }
        assertThat(after.exitCodes()).containsExactly(0, 0, 0);
        assertThat(before.stdout(3)).hasSizeGreaterThan(99_000).endsWith("z\nno end");
    }

    @Test
    protected void nothingIsHeardTwiceWhenEverythingWasHeard() throws Exception {
        StepSpec spec = spec("echo first", "echo second; exit 2");
        assertThat(end(start(spec, before))).isEqualTo(new Exited(2));
        RunningStep second = reattach(spec, before, after);
        assertThat(end(second)).isEqualTo(new Exited(2));
        assertThat(after.transcript()).isEmpty();
    }

    @Test
    protected void stepThatWasTakenUpCanBeStopped() throws Exception {
        StepSpec spec = spec("echo ready; sleep 300");
        RunningStep first = start(spec, before);
        before.awaitText(1, "ready");
        first.detach();
        RunningStep second = reattach(spec, before, after);
        second.stop(GRACE);
        assertThat(end(second)).isEqualTo(new StepExit.Stopped());
    }

    @Test
    protected void unknownStepIsNotFound() {
        assertThat(executor().reattach(spec("true"), ResumePoint.START, after)).isEmpty();
        executor().destroy(spec("true").key());
    }

    @Test
    protected void stepSurvivesTheDeathOfItsRunner() throws Exception {
        StepSpec spec = spec("echo first", COUNT, "echo third; exit 7");
        try (StepProcess runner =
                StepProcess.launch(outside().stepProcess(), "-Xmx64m", StepProcess.TELL, spec)) {
            runner.tellUntil(before, "line 20");
            runner.killHard();
            runner.tellRest(before);
        }
        RunningStep second = reattach(spec, before, after);
        assertThat(end(second)).isEqualTo(new Exited(7));
        assertEachLineOnce(2);
        assertThat(after.transcript()).endsWith("3 out third", "<3 7").doesNotContain(">1", ">2");
    }

    @Test
    protected void stepThatWasKilledFromOutsideIsLost() throws Exception {
        StepSpec spec = spec("echo ready; sleep 300");
        RunningStep step = start(spec, before);
        before.awaitText(1, "ready");
        outside().kill(spec.key());
        assertThat(end(step)).isInstanceOf(StepExit.Lost.class);
        assertThat(before.exitCodes()).isEmpty();
        assertThat(end(reattach(spec, before, after))).isInstanceOf(StepExit.Lost.class);
    }

    @Test
    protected void stepThatWasRemovedFromOutsideIsLost() throws Exception {
        StepSpec spec = spec("echo ready; sleep 300");
        RunningStep step = start(spec, before);
        before.awaitText(1, "ready");
        outside().remove(spec.key());
        assertThat(end(step)).isInstanceOf(StepExit.Lost.class);
        assertThat(executor().reattach(spec, before.resumePoint(), after)).isEmpty();
    }

    @Test
    protected void commandThatEndsWith137IsNoKill() throws Exception {
        assertThat(run("exit 137").exit()).isEqualTo(new Exited(137));
    }
}
