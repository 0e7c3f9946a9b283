package dev.runnel.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executor.StepExit.Exited;
import dev.runnel.executor.StepExit.Stopped;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/// How every executor ends and removes steps.
public abstract class StopContract extends ExecutorFixture {
    private final RecordingListener listener = new RecordingListener();

    private RunningStep started(String... script) throws Exception {
        return started(spec(script));
    }

    private RunningStep started(StepSpec spec) throws Exception {
        RunningStep step = start(spec, listener);
        listener.awaitText(1, "ready");
        return step;
    }

    @Test
    protected void stoppedStepEndsSoon() throws Exception {
        RunningStep step = started("echo ready; sleep 300", "echo never");
        long begin = System.nanoTime();
        step.stop(Duration.ofMinutes(5));
        assertThat(end(step)).isEqualTo(new Stopped());
        assertThat(System.nanoTime() - begin).isLessThan(20_000_000_000L);
        assertThat(listener.transcript()).contains(">1").noneMatch(call -> call.startsWith("<"));
        assertThat(listener.stdout(2)).isEmpty();
    }

    @Test
    protected void processesAreAskedBeforeTheyAreKilled() throws Exception {
        RunningStep step =
                started(
                        "sh -c \"trap 'echo cleaned > done; exit' TERM; echo ready;"
                                + " while :; do sleep 0.05; done\"");
        step.stop(GRACE);
        assertThat(end(step)).isEqualTo(new Stopped());
        assertThat(file("done")).isEqualTo("cleaned\n");
    }

    @Test
    protected void whatIgnoresTheRequestIsKilledAfterTheGracePeriod() throws Exception {
        RunningStep step = started("trap '' TERM; echo ready; while :; do sleep 1 || :; done");
        step.stop(Duration.ofMillis(300));
        assertThat(end(step)).isEqualTo(new Stopped());
    }

    @Test
    protected void shorterGracePeriodCounts() throws Exception {
        RunningStep step = started("trap '' TERM; echo ready; while :; do sleep 1 || :; done");
        step.stop(Duration.ofMinutes(5));
        step.stop(Duration.ofMillis(100));
        step.stop(Duration.ofMinutes(5));
        assertThat(end(step)).isEqualTo(new Stopped());
    }

    @Test
    protected void childWithASessionOfItsOwnEndsAsWell() throws Exception {
        String child = "while :; do echo x >> alive; sleep 0.05; done";
        RunningStep step =
                started(
                        "(setsid sh -c 'trap \"\" TERM HUP; "
                                + child
                                + "' </dev/null >/dev/null 2>&1 &)\n"
                                + "while [ ! -s alive ]; do sleep 0.05; done; echo ready; sleep 300");
        step.stop(Duration.ofMillis(500));
        assertThat(end(step)).isEqualTo(new Stopped());
        awaitStandstill("alive");
    }

    @Test
    protected void stepThatIsStoppedAtOnceNeverEndsOtherwise() throws Exception {
        for (int round = 0; round < 5; round++) {
            RunningStep step = start(spec("sleep 300"), new RecordingListener());
            Thread.sleep(round * 40L);
            step.stop(Duration.ofMillis(100));
            assertThat(end(step)).isEqualTo(new Stopped());
        }
    }

    @Test
    protected void stopAfterTheEndChangesNothing() throws Exception {
        RunningStep step = start(spec("exit 4"), listener);
        assertThat(end(step)).isEqualTo(new Exited(4));
        step.stop(GRACE);
        assertThat(end(step)).isEqualTo(new Exited(4));
    }

    @Test
    protected void closeEndsARunningStepAndLeavesNoTrace() throws Exception {
        StepSpec spec = spec("echo ready; sleep 300");
        RunningStep step = started(spec);
        assertThat(executor().leftovers()).contains(spec.key());
        step.close();
        assertThat(end(step)).isEqualTo(new Stopped());
        step.close();
        assertThat(executor().leftovers()).doesNotContain(spec.key());
        assertThat(executor().reattach(spec, ResumePoint.START, listener)).isEmpty();
    }

    @Test
    protected void closeAtOnceLeavesNoTrace() throws Exception {
        for (int round = 0; round < 5; round++) {
            StepSpec spec = spec("sleep 300");
            RunningStep step = start(spec, new RecordingListener());
            Thread.sleep(round * 20L);
            step.close();
            assertThat(end(step)).isEqualTo(new Stopped());
            assertThat(executor().leftovers()).doesNotContain(spec.key());
        }
    }

    @Test
    protected void destroyRemovesFromAnywhereAndAnyNumberOfTimes() throws Exception {
        StepSpec spec = spec("echo ready; sleep 300");
        RunningStep step = started(spec);
        List<Thread> threads =
                List.of(1, 2, 3).stream()
                        .map(_ -> Thread.startVirtualThread(() -> executor().destroy(spec.key())))
                        .toList();
        for (Thread thread : threads) {
            thread.join();
        }
        executor().destroy(spec.key());
        assertThat(executor().leftovers()).doesNotContain(spec.key());
        assertThat(end(step)).isInstanceOf(StepExit.Lost.class);
        step.close();
        step.close();
    }

    @Test
    protected void keyThatExistsIsRefused() throws Exception {
        StepSpec spec = spec("echo ready; while [ ! -e go ]; do sleep 0.05; done; exit 3");
        RunningStep step = started(spec);
        RunningStep second = executor().start(spec, new RecordingListener());
        assertThat(end(second)).isInstanceOf(StepExit.Refused.class);
        java.nio.file.Files.createFile(workspace.resolve("go"));
        assertThat(end(step)).isEqualTo(new Exited(3));
    }

    @Test
    protected void letGoStepRunsOnAndItsListenerHearsNothing() throws Exception {
        StepSpec spec = spec("echo ready; while [ ! -e go ]; do sleep 0.05; done; echo end > end");
        RunningStep step = started(spec);
        step.detach();
        Assertions.assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> end(step))
                .withCauseInstanceOf(ExecutorException.class);
        java.nio.file.Files.createFile(workspace.resolve("go"));
        RecordingListener.await(() -> file("end").equals("end\n"), "the step to go on");
        assertThat(listener.transcript()).containsExactly(">1", "1 out ready");
    }
}
