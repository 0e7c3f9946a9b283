package dev.runnel.executor.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.runnel.executor.Executor;
import dev.runnel.executor.ExecutorException;
import dev.runnel.executor.Outside;
import dev.runnel.executor.RecordingListener;
import dev.runnel.executor.RecoveryContract;
import dev.runnel.executor.ResumePoint;
import dev.runnel.executor.RunningStep;
import dev.runnel.executor.StepExit.Exited;
import dev.runnel.executor.StepExit.Lost;
import dev.runnel.executor.StepSpec;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DockerRecoveryTest extends RecoveryContract {
    private static final DockerExecutor EXECUTOR = new DockerExecutor(TestDockerConfig.shared());

    @Override
    protected Executor executor() {
        return EXECUTOR;
    }

    @Override
    protected Outside outside() {
        return OutsideDocker.USUAL;
    }

    @Test
    void aStepThatMayNotStartLeavesNoContainer() throws Exception {
        RecordingListener listener = new RecordingListener(() -> false);
        StepSpec spec = spec("echo never");
        RunningStep step = start(spec, listener);
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> end(step))
                .withCauseInstanceOf(ExecutorException.class);
        assertThat(executor().leftovers()).doesNotContain(spec.key());
        assertThat(listener.transcript()).isEmpty();
    }

    @Test
    void whoTakesUpAPlaceBeforeItsStartIsTheOnlyOneThatStartsIt() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        // it is told yes, and then sleeps
        RecordingListener sleeper =
                new RecordingListener(() -> {
                    asked.countDown();
                    try {
                        return answer.await(1, TimeUnit.MINUTES);
                    } catch (InterruptedException e) {
                        return false;
                    }
                });
        RecordingListener next = new RecordingListener();
        StepSpec spec = spec("echo once; echo once >> once", "exit 3");
        RunningStep slept = start(spec, sleeper);
        asked.await();
        RunningStep taken =
                closedLater(executor().reattach(spec, ResumePoint.START, next).orElseThrow());
        assertThat(end(taken)).isEqualTo(new Exited(3));
        answer.countDown();
        assertThat(end(slept)).isInstanceOf(Lost.class);
        assertThat(sleeper.transcript()).isEmpty();
        assertThat(next.stdout(1)).isEqualTo("once\n");
        assertThat(file("once")).isEqualTo("once\n");
    }
}
