package dev.runnel.executor.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.runnel.executor.RecordingListener;
import dev.runnel.executor.ResumePoint;
import dev.runnel.executor.RunningStep;
import dev.runnel.executor.StepExit.Exited;
import dev.runnel.executor.StepExit.Lost;
import dev.runnel.executor.StepSpec;
import dev.runnel.executor.docker.TestDockerConfig.Warming;
import dev.runnel.pipeline.Setting;
import dev.runnel.waiting.StartsUnderWay;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Containers that wait: who may use them, that nothing of a run stays in them, and that they go.
class WaitingContainersTest extends WaitingFixture {
    private static final Warming ONE =
            new Warming(1, 4, Duration.ofMinutes(15), Optional.empty(), 4);

    WaitingContainersTest() {
        super(ONE);
    }

    private static StepSpec with(StepSpec spec, Setting setting) {
        return new StepSpec(
                spec.key(),
                spec.image(),
                spec.script(),
                spec.environment(),
                spec.workspace(),
                spec.workspacePath(),
                spec.limits(),
                setting,
                spec.sidecars(),
                spec.mounts());
    }

    private static String inspect(StepSpec spec, String format) throws Exception {
        return DockerCommand.run(
                        "container", "inspect", "--format", format, ContainerPlan.name(spec.key()))
                .strip();
    }

    @Test
    void nothingOfOneRunReachesAnother() throws Exception {
        Set<String> ids = new HashSet<>();
        for (String name : List.of("first", "second", "third")) {
            StepSpec spec =
                    inWorkspaces(
                            spec(
                                    List.of(
                                            "ls -A /tmp /root; ls -A; cat of; env | grep TOKEN;"
                                                    + " set -- /proc/[0-9]*; echo $#",
                                            "touch /tmp/left /root/left left; (sleep 300 &)"),
                                    Map.of(
                                            "TOKEN_" + name,
                                            "secret of " + name,
                                            // one that every step has
                                            "BITBUCKET_PIPELINE_UUID",
                                            "{" + name + "}")));
            furnishSurely(spec);
            RecordingListener heard = new RecordingListener();
            RunningStep step = start(spec, heard);
            assertThat(end(step)).isEqualTo(new Exited(0));
            assertThat(heard.stdout(1))
                    .isEqualTo(
                            "/root:\n\n/tmp:\nof\n%sTOKEN_%s=secret of %s\n1\n"
                                    .formatted(spec.key().run(), name, name));
            assertThat(ids.add(inspect(spec, "{{.Id}}"))).as("a container of its own").isTrue();
            assertThat(inspect(spec, "{{.Config.Env}}{{.Config.Cmd}}")).doesNotContain("secret");
            step.close();
        }
        assertThat(docker.ahead().waiting().used()).isEqualTo(3);
    }

    @Test
    void twoRunsAtOnceGetTheirOwn() throws Exception {
        StepSpec one = inWorkspaces(spec("cat of"));
        StepSpec other = inWorkspaces(spec("cat of"));
        docker.ahead().expect(one);
        docker.ahead().expect(other);
        assertThat(furnish(one)).isTrue();
        assertThat(furnish(other)).isTrue();
        RecordingListener heard = new RecordingListener();
        RunningStep second = start(other, heard);
        assertThat(end(start(one, listener))).isEqualTo(new Exited(0));
        assertThat(end(second)).isEqualTo(new Exited(0));
        assertThat(listener.stdout(1)).isEqualTo(one.key().run().toString());
        assertThat(heard.stdout(1)).isEqualTo(other.key().run().toString());
        assertThat(docker.ahead().waiting().used()).isEqualTo(2);
    }

    @Test
    void whatAsksForSomethingElseGetsSomethingElse() throws Exception {
        StepSpec plain = inWorkspaces(spec("id -u; cat of"));
        Setting user =
                new Setting(
                        Map.of(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of("1234"),
                        Optional.empty(),
                        Setting.Resources.UNSAID,
                        List.of(),
                        Optional.empty(),
                        Setting.Folder.SHARED);
        furnishSurely(plain);
        StepSpec changed = with(plain, user);
        assertThat(end(start(changed, listener))).isEqualTo(new Exited(0));
        assertThat(listener.stdout(1)).isEqualTo("1234\n" + plain.key().run());
        StepSpec small = inWorkspaces(spec("cat /sys/fs/cgroup/memory.max || echo old; cat of"));
        furnishSurely(small);
        RecordingListener heard = new RecordingListener();
        StepSpec smaller = with(small, new StepSpec.Limits(64L * 1024 * 1024, 1, 50));
        assertThat(end(start(smaller, heard))).isEqualTo(new Exited(0));
        assertThat(inspect(smaller, "{{.HostConfig.Memory}}")).isEqualTo("67108864");
        assertThat(docker.ahead().waiting().used()).isZero();
    }

    @Test
    void variableThatAShellCannotSetIsThereAllTheSame() throws Exception {
        StepSpec spec =
                inWorkspaces(
                        spec(
                                List.of("tr '\\0' '\\n' < /proc/1/environ | grep odd"),
                                Map.of("odd.name", "x")));
        docker.ahead().expect(spec);
        Path files = cloned(spec);
        assertThat(docker.ahead().furnish(spec, files)).isFalse();
        Files.move(files, spec.workspace());
        assertThat(end(start(spec, listener))).isEqualTo(new Exited(0));
        assertThat(listener.stdout(1)).isEqualTo("odd.name=x\n");
    }

    @Test
    void imageWhoseNameStandsForAnotherByNowIsNotUsed() throws Exception {
        String name = "runnel-test/moved-" + System.nanoTime();
        DockerCommand.run("tag", "alpine", name);
        try {
            StepSpec spec = inWorkspaces(with(spec("command -v bash; cat of"), name));
            furnishSurely(spec);
            DockerCommand.run("tag", "runnel-test/bash", name);
            assertThat(end(start(spec, listener))).isEqualTo(new Exited(0));
            StepSpec next = inWorkspaces(with(spec("command -v bash; cat of"), name));
            furnishSurely(next);
            RecordingListener heard = new RecordingListener();
            assertThat(end(start(next, heard))).isEqualTo(new Exited(0));
            assertThat(heard.stdout(1)).startsWith("/");
        } finally {
            DockerCommand.run("image", "rm", "--force", name);
        }
    }

    @Test
    void containerThatDiedWhileItWaitedIsReplaced() throws Exception {
        StepSpec spec = inWorkspaces(spec("cat of"));
        furnishSurely(spec);
        RecordingListener.await(
                () -> executor().leftovers().contains(spec.key()), "the container's own name");
        outside().kill(spec.key());
        assertThat(end(start(spec, listener))).isEqualTo(new Exited(0));
        assertThat(listener.stdout(1)).isEqualTo(spec.key().run().toString());
        assertThat(docker.ahead().waiting().used()).isZero();
    }

    @Test
    void whoTakesUpAnAttemptBeforeItsProgramIsTheOnlyOneThatStartsIt() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        RecordingListener sleeper =
                new RecordingListener(() -> {
                    asked.countDown();
                    try {
                        return answer.await(1, TimeUnit.MINUTES);
                    } catch (InterruptedException e) {
                        return false;
                    }
                });
        StepSpec spec = inWorkspaces(spec("echo once; echo once >> once", "exit 3"));
        furnishSurely(spec);
        RunningStep slept = start(spec, sleeper);
        asked.await();
        DockerExecutor other = new DockerExecutor(config.withWarm(Warming.OFF));
        RecordingListener next = new RecordingListener();
        RunningStep taken =
                closedLater(other.reattach(spec, ResumePoint.START, next).orElseThrow());
        assertThat(end(taken)).isEqualTo(new Exited(3));
        answer.countDown();
        assertThat(end(slept)).isInstanceOf(Lost.class);
        assertThat(sleeper.transcript()).isEmpty();
        assertThat(next.stdout(1)).isEqualTo("once\n");
        assertThat(spec.workspace().resolve("once")).hasContent("once");
    }

    @Test
    void containerThatWaitsForAnAttemptIsNotInTheWayOfAnotherProcess() throws Exception {
        StepSpec spec = inWorkspaces(spec("cat of"));
        furnishSurely(spec);
        RecordingListener.await(
                () -> executor().leftovers().contains(spec.key()), "the container's own name");
        DockerExecutor other = new DockerExecutor(config.withWarm(Warming.OFF));
        RunningStep step = closedLater(other.start(spec, listener));
        assertThat(end(step)).isEqualTo(new Exited(0));
        assertThat(listener.exitCodes()).containsExactly(0);
    }

    @Test
    void stepThatMayNotStartLeavesNothing() throws Exception {
        StepSpec spec = inWorkspaces(spec("echo never"));
        furnishSurely(spec);
        RecordingListener refused = new RecordingListener(() -> false);
        RunningStep step = start(spec, refused);
        assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> end(step));
        assertThat(executor().leftovers()).doesNotContain(spec.key());
        assertThat(refused.transcript()).isEmpty();
    }

    @Test
    void whatWasMadeForARunGoesWithIt() throws Exception {
        StepSpec spec = inWorkspaces(spec("true"));
        Files.createDirectory(spec.workspace());
        docker.ahead().prepare(spec);
        RecordingListener.await(
                () -> executor().leftovers().contains(spec.key()), "the container to be made");
        docker.ahead().forget(spec.key().run());
        RecordingListener.await(
                () -> !executor().leftovers().contains(spec.key()), "the container to be gone");
    }

    @Test
    void anotherWaitsAfterEachUseAndAllAreGoneAtTheEnd() throws Exception {
        StepSpec spec = inWorkspaces(spec("true"));
        furnishSurely(spec);
        start(spec, listener);
        RecordingListener.await(() -> docker.ahead().waiting().idle() == 1, "another one");
        assertThat(slots()).hasSize(1);
        closeSteps();
        docker.close();
        assertThat(waiting()).isEmpty();
        assertThat(slots()).isEmpty();
    }

    @Test
    void whatADeadProcessLeftIsRemovedAndWhatOthersHaveIsNot() throws Exception {
        StepSpec spec = inWorkspaces(spec("true"));
        furnishSurely(spec);
        start(spec, listener);
        RecordingListener.await(() -> docker.ahead().waiting().idle() == 1, "one that waits");
        Path abandoned = Files.createDirectory(workspaces.resolve(".warm-0123456789abcdef"));
        Files.setLastModifiedTime(
                abandoned, java.nio.file.attribute.FileTime.fromMillis(1_000_000_000_000L));
        String dead = WaitingContainer.NAME + "fedcba9876543210";
        DockerCommand.run(
                "run",
                "--name",
                dead,
                "--label",
                ContainerPlan.INSTALLATION + "=" + installation,
                "--label",
                ContainerPlan.WAITING + "=true",
                "alpine",
                "true");
        WaitingContainers other =
                new WaitingContainers(
                        () -> DockerEngine.of(config),
                        config,
                        new java.util.Random(),
                        new StartsUnderWay<>(Duration.ZERO));
        other.begin(spec);
        RecordingListener.await(
                () ->
                        waiting().stream()
                                .noneMatch(one -> List.of(one.getNames()).contains("/" + dead)),
                "what the dead process left to be removed");
        RecordingListener.await(() -> !Files.exists(abandoned), "its folder to be removed");
        assertThat(docker.ahead().waiting().idle()).isEqualTo(1);
        assertThat(slots()).hasSize(1);
        other.close();
        assertThat(docker.ahead().waiting().idle()).isEqualTo(1);
    }
}
