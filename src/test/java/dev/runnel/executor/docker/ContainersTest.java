package dev.runnel.executor.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executor.RecordingListener;
import dev.runnel.executor.ResumePoint;
import dev.runnel.executor.RunningStep;
import dev.runnel.executor.StepExit;
import dev.runnel.executor.StepExit.Exited;
import dev.runnel.executor.StepSpec;
import dev.runnel.executor.StepSpec.Limits;
import dev.runnel.run.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What containers are like, and how they end badly.
class ContainersTest extends DockerFixture {
    private static final long MEGABYTE = 1024 * 1024;

    @TempDir Path elsewhere;

    private final RecordingListener listener = new RecordingListener();

    private static String inspect(StepSpec spec, String format) throws Exception {
        return DockerCommand.run(
                        "container", "inspect", "--format", format, ContainerPlan.name(spec.key()))
                .strip();
    }

    @Test
    void containerMayDoLittle() throws Exception {
        StepSpec spec = with(spec("true"), new Limits(64 * MEGABYTE, 0.5, 33));
        end(start(spec, listener));
        assertThat(inspect(spec, "{{.HostConfig.Privileged}} {{.HostConfig.CapDrop}}"))
                .isEqualTo("false [ALL]");
        assertThat(inspect(spec, "{{.HostConfig.CapAdd}}").replace("CAP_", ""))
                .isEqualTo("[CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID]");
        assertThat(inspect(spec, "{{.HostConfig.SecurityOpt}}")).isEqualTo("[no-new-privileges]");
        assertThat(inspect(spec, "{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}}"))
                .isEqualTo("67108864 67108864");
        assertThat(inspect(spec, "{{.HostConfig.NanoCpus}} {{.HostConfig.PidsLimit}}"))
                .isEqualTo("500000000 33");
        assertThat(inspect(spec, "{{.HostConfig.NetworkMode}} {{.Config.OpenStdin}}"))
                .isEqualTo("none false");
        assertThat(inspect(spec, "{{range .Mounts}}{{.Type}} {{.Destination}} {{.RW}};{{end}}"))
                .isEqualTo("bind /opt/fxquants/pipeline true;");
        assertThat(inspect(spec, "{{.HostConfig.LogConfig.Type}}")).isEqualTo("local");
    }

    @Test
    void limitsHold() throws Exception {
        StepSpec spec =
                with(
                        spec(
                                "set +e; i=0; while [ $i -lt 60 ]; do sleep 5 & i=$((i+1)); done;"
                                        + " exit 9"),
                        new Limits(64 * MEGABYTE, 64, 33));
        StepExit exit = end(start(spec, listener));
        assertThat(exit).isNotEqualTo(new Exited(9)).isNotEqualTo(new Exited(0));
        assertThat(listener.stderr(1)).contains("fork");
    }

    @Test
    void containerSaysWhoseItIs() throws Exception {
        StepSpec spec = spec("true");
        end(start(spec, listener));
        assertThat(inspect(spec, "{{.Name}}")).isEqualTo("/runnel-" + spec.key());
        for (Map.Entry<String, String> label :
                Map.of(
                                "dev.runnel.installation", "runnel-executor-tests",
                                "dev.runnel.run", spec.key().run().toString(),
                                "dev.runnel.step", "1",
                                "dev.runnel.attempt", "1")
                        .entrySet()) {
            assertThat(inspect(spec, "{{index .Config.Labels \"" + label.getKey() + "\"}}"))
                    .isEqualTo(label.getValue());
        }
    }

    @Test
    void leftoversOfOthersAreNotOurs() throws Exception {
        StepSpec spec = spec("true");
        end(start(spec, listener));
        assertThat(executor().leftovers()).contains(spec.key());
        DockerExecutor other =
                new DockerExecutor(TestDockerConfig.shared().withInstallation("another"));
        assertThat(other.leftovers()).isEmpty();
    }

    @Test
    void furtherFoldersAreSeenWhereTheSpecSays() throws Exception {
        Path cache = Files.createDirectory(workspace.resolve("kept-elsewhere"));
        Files.writeString(cache.resolve("old"), "kept\n");
        StepSpec spec = spec("cat /root/.cache/old", "echo new > /root/.cache/made");
        StepSpec with =
                new StepSpec(
                        spec.key(),
                        spec.image(),
                        spec.script(),
                        spec.environment(),
                        spec.workspace(),
                        spec.workspacePath(),
                        spec.limits(),
                        spec.setting(),
                        spec.sidecars(),
                        Map.of("/root/.cache", cache));
        assertThat(end(start(with, listener))).isEqualTo(new Exited(0));
        assertThat(listener.stdout(1)).isEqualTo("kept\n");
        assertThat(cache.resolve("made")).hasContent("new");
    }

    @Test
    void workspaceIsGivenByTheNameThatTheEngineKnows() throws Exception {
        Path here = Path.of("/data/of/runnel");
        use(TestDockerConfig.shared().withDataDirs(here, workspace));
        Files.createDirectories(workspace.resolve("workspaces/run"));
        Files.writeString(workspace.resolve("workspaces/run/file"), "content\n");
        StepSpec spec = spec("cat file");
        StepSpec inside =
                new StepSpec(
                        spec.key(),
                        spec.image(),
                        spec.script(),
                        spec.environment(),
                        here.resolve("workspaces/run"),
                        spec.workspacePath(),
                        spec.limits());
        assertThat(end(start(inside, listener))).isEqualTo(new Exited(0));
        assertThat(listener.stdout(1)).isEqualTo("content\n");
    }

    @Test
    void stepThatNeedsTooMuchMemoryIsToldSo() throws Exception {
        Limits small = new Limits(24 * MEGABYTE, 1, 50);
        StepSpec shell = with(spec("x=xxxxxxxxxxxxxxxx; while :; do x=$x$x; done"), small);
        assertThat(end(start(shell, listener))).isEqualTo(new StepExit.OutOfMemory());
        assertThat(listener.exitCodes()).containsExactly(137);
        StepSpec child = with(spec("true", "tail /dev/zero; exit 7"), small);
        assertThat(end(start(child, new RecordingListener())))
                .isEqualTo(new StepExit.OutOfMemory());
        StepSpec recovered = with(spec("tail /dev/zero || echo survived"), small);
        RecordingListener heard = new RecordingListener();
        assertThat(end(start(recovered, heard))).isEqualTo(new Exited(0));
        assertThat(heard.stdout(1)).isEqualTo("survived\n");
        assertThat(end(reattach(shell, listener, new RecordingListener())))
                .isEqualTo(new StepExit.OutOfMemory());
    }

    @Test
    void variableThatIsTooLongIsRefused() throws Exception {
        StepSpec spec = with(spec("true"), Map.of("LONG", "x".repeat(200_000)));
        assertThat(end(start(spec, listener)))
                .isInstanceOfSatisfying(
                        StepExit.Refused.class,
                        refused -> {
                            assertThat(refused.reason()).isEqualTo(Reason.CONTAINER_REFUSED);
                            assertThat(refused.message()).contains("argument list too long");
                        });
        assertThat(listener.transcript()).isEmpty();
    }

    @Test
    void containerThatCannotBeMadeIsRefused() throws Exception {
        use(TestDockerConfig.shared().withNetwork("no-such-network"));
        assertThat(run("true").exit())
                .isInstanceOfSatisfying(
                        StepExit.Refused.class,
                        refused -> {
                            assertThat(refused.reason()).isEqualTo(Reason.CONTAINER_REFUSED);
                            assertThat(refused.message()).contains("no-such-network");
                        });
    }

    @Test
    void outputThatTheLogHasLostIsNotPassedOver() throws Exception {
        use(TestDockerConfig.shared().withLogMaxSize("20k"));
        StepSpec spec =
                spec("i=0; while [ $i -lt 2000 ]; do i=$((i+1)); echo line $i; done", "exit 0");
        RunningStep first = start(spec, listener);
        assertThat(end(first)).isEqualTo(new Exited(0));
        RunningStep second =
                closedLater(
                        executor()
                                .reattach(spec, ResumePoint.START, new RecordingListener())
                                .orElseThrow());
        assertThat(end(second))
                .isInstanceOfSatisfying(
                        StepExit.Lost.class,
                        lost -> assertThat(lost.message()).contains("log-max-size"));
    }

    @Test
    void engineThatIsNotThereIsToldOf() throws Exception {
        assertThat(executor().unavailable()).isEmpty();
        use(
                TestDockerConfig.at("unix://" + elsewhere.resolve("no.sock"))
                        .withPatience(Duration.ZERO));
        assertThat(executor().unavailable())
                .hasValueSatisfying(sentence ->
                        assertThat(sentence).contains("no.sock").contains("DOCKER_HOST"));
    }
}
