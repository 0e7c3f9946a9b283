package dev.runnel.executor.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executor.Places;
import dev.runnel.executor.RecordingListener;
import dev.runnel.executor.RunningStep;
import dev.runnel.executor.StepExit.Exited;
import dev.runnel.executor.StepExit.Refused;
import dev.runnel.executor.StepExit.Stopped;
import dev.runnel.executor.StepKey;
import dev.runnel.executor.StepSpec;
import dev.runnel.pipeline.Image;
import dev.runnel.pipeline.Sidecar;
import dev.runnel.run.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/// Containers beside a step. Their image runs what the variable `RUN` says.
class SidecarsTest extends DockerFixture {
    private static final String SERVICE = "runnel-test/service";
    private static final Duration LONG = Duration.ofSeconds(50);

    private final RecordingListener listener = new RecordingListener();

    private static Sidecar sidecar(String name, String run, String ready, Duration patience) {
        return new Sidecar(
                name,
                new Image(SERVICE),
                Map.of("RUN", run),
                OptionalLong.of(32 * 1024 * 1024),
                ready.isEmpty() ? Optional.empty() : Optional.of(ready),
                patience);
    }

    private static Sidecar web(String name, int port) {
        return sidecar(
                name,
                "sleep 0.5; mkdir /www; echo "
                        + name
                        + " > /www/index.html; exec httpd -f -p "
                        + port
                        + " -h /www",
                "wget -q -O /dev/null http://localhost:" + port + "/",
                LONG);
    }

    private static List<String> containers(StepKey key) throws Exception {
        return DockerCommand.run(
                        "ps",
                        "--all",
                        "--filter",
                        "label=dev.runnel.run=" + key.run(),
                        "--format",
                        "{{.Names}}")
                .lines()
                .toList();
    }

    private Refused refused(StepSpec spec) throws Exception {
        RunningStep step = start(spec, listener);
        Refused refused = (Refused) end(step);
        step.close();
        assertThat(containers(spec.key())).isEmpty();
        assertThat(listener.transcript()).isEmpty();
        return refused;
    }

    @Test
    void stepReachesItsServicesAtLocalhost() throws Exception {
        StepSpec spec =
                Places.beside(
                        spec("wget -q -O - http://localhost:8080/", "wget -q -O - localhost:8081"),
                        web("first", 8080),
                        web("second", 8081));
        RunningStep step = start(spec, listener);
        assertThat(end(step)).isEqualTo(new Exited(0));
        assertThat(listener.stdout(1)).isEqualTo("first\n");
        assertThat(listener.stdout(2)).isEqualTo("second\n");
        assertThat(listener.preparations())
                .anyMatch(line -> line.startsWith("starting service first"))
                .anyMatch(line -> line.startsWith("service second is ready"));
        assertThat(containers(spec.key())).hasSize(3);
        assertThat(executor().leftovers()).containsOnlyOnce(spec.key());
        step.close();
        assertThat(containers(spec.key())).isEmpty();
        assertThat(executor().leftovers()).doesNotContain(spec.key());
    }

    @Test
    void serviceMayDoAsLittleAsAStep() throws Exception {
        StepSpec spec = Places.beside(spec("true"), sidecar("idle", "sleep 300", "", LONG));
        assertThat(end(start(spec, listener))).isEqualTo(new Exited(0));
        String format =
                "{{.HostConfig.Memory}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}}"
                        + " {{.HostConfig.NetworkMode}} {{len .Mounts}}"
                        + " {{index .Config.Labels \"dev.runnel.installation\"}}";
        assertThat(
                        DockerCommand.run(
                                        "container",
                                        "inspect",
                                        "--format",
                                        format,
                                        ContainerPlan.name(spec.key(), 1))
                                .strip())
                .isEqualTo("33554432 [ALL] [no-new-privileges] none 0 runnel-executor-tests");
    }

    @Test
    void serviceThatIsNeverReadyFailsTheStep() throws Exception {
        Refused refused =
                refused(
                        Places.beside(
                                spec("echo never"),
                                sidecar("idle", "sleep 300", "", LONG),
                                sidecar(
                                        "slow",
                                        "echo one; printf 'two\\033[31m'; sleep 300",
                                        "false",
                                        Duration.ofMillis(700))));
        assertThat(refused.reason()).isEqualTo(Reason.SERVICE_NOT_READY);
        assertThat(refused.message())
                .contains("service slow (runnel-test/service)", "after 700 ms", "one");
        assertThat(listener.preparations()).contains("service slow: one");
    }

    @Test
    void serviceThatHangsWhenAskedFailsTheStepInTime() throws Exception {
        long begin = System.nanoTime();
        Refused refused =
                refused(
                        Places.beside(
                                spec("echo never"),
                                sidecar("deaf", "sleep 300", "sleep 200", Duration.ofSeconds(1))));
        assertThat(refused.reason()).isEqualTo(Reason.SERVICE_NOT_READY);
        assertThat(System.nanoTime() - begin).isLessThan(20_000_000_000L);
    }

    @Test
    void serviceThatEndsFailsTheStepAtOnce() throws Exception {
        Refused refused =
                refused(
                        Places.beside(
                                spec("echo never"),
                                sidecar("broken", "echo no licence >&2; exit 3", "false", LONG)));
        assertThat(refused.reason()).isEqualTo(Reason.SERVICE_NOT_READY);
        assertThat(refused.message()).contains("broken", "exit code 3", "no licence");
    }

    @Test
    void imageOfAServiceThatIsNotThereFailsTheStep() throws Exception {
        use(TestDockerConfig.shared().withPull(DockerConfig.Pull.NEVER));
        Sidecar missing =
                new Sidecar(
                        "db",
                        new Image("runnel-test/no-such"),
                        Map.of(),
                        OptionalLong.empty(),
                        Optional.empty(),
                        LONG);
        assertThat(refused(Places.beside(spec("true"), missing)).reason())
                .isEqualTo(Reason.IMAGE_NOT_FOUND);
    }

    @Test
    void failedStepShowsWhatItsServicesPrinted() throws Exception {
        StepSpec spec =
                Places.beside(
                        spec("while [ ! -e go ]; do sleep 0.05; done; exit 4"),
                        sidecar("db", "echo starting; sleep 2; echo refused >&2; exit 6", "", LONG),
                        sidecar("idle", "sleep 300", "", LONG));
        // the first one's network is there only as long as it runs
        StepSpec turned = Places.beside(spec, spec.sidecars().get(1), spec.sidecars().get(0));
        RunningStep step = start(turned, listener);
        RecordingListener.await(() -> listener.transcript().contains(">1"), "the start");
        DockerCommand.run("wait", ContainerPlan.name(spec.key(), 2));
        java.nio.file.Files.createFile(workspace.resolve("go"));
        assertThat(end(step)).isEqualTo(new Exited(4));
        assertThat(listener.preparations())
                .contains(
                        "service db: starting",
                        "service db: refused",
                        "service db had ended with exit code 6");
    }

    @Test
    void stepThatWaitsForAServiceCanBeStopped() throws Exception {
        StepSpec spec =
                Places.beside(spec("echo never"), sidecar("slow", "sleep 300", "false", LONG));
        RunningStep step = start(spec, listener);
        RecordingListener.await(() -> !listener.preparations().isEmpty(), "the service");
        long begin = System.nanoTime();
        step.stop(Duration.ofMinutes(1));
        assertThat(end(step)).isEqualTo(new Stopped());
        assertThat(System.nanoTime() - begin).isLessThan(15_000_000_000L);
        step.close();
        assertThat(containers(spec.key())).isEmpty();
    }

    @Test
    void stepWithServicesIsTakenUp() throws Exception {
        StepSpec spec =
                Places.beside(
                        spec(
                                "echo ready; while [ ! -e go ]; do sleep 0.05; done",
                                "wget -q -O - http://localhost:8080/"),
                        web("web", 8080));
        RunningStep first = start(spec, listener);
        listener.awaitText(1, "ready");
        first.detach();
        RecordingListener after = new RecordingListener();
        RunningStep second = reattach(spec, listener, after);
        java.nio.file.Files.createFile(workspace.resolve("go"));
        assertThat(end(second)).isEqualTo(new Exited(0));
        assertThat(after.stdout(2)).isEqualTo("web\n");
        second.close();
        assertThat(containers(spec.key())).isEmpty();
    }

    @Test
    void stepWhoseRunnelDiedBeforeItsServicesWereReadyStartsAnew() throws Exception {
        StepSpec spec = spec("wget -q -O - http://localhost:8080/");
        StepSpec waiting =
                Places.beside(
                        spec,
                        sidecar("web", "sleep 300", "false", LONG),
                        sidecar("other", "sleep 300", "", LONG));
        RunningStep first = start(waiting, listener);
        RecordingListener.await(() -> listener.preparations().size() > 1, "the services");
        first.detach();
        assertThat(executor().leftovers()).contains(spec.key());
        StepSpec again = Places.beside(spec, web("web", 8080), web("other", 8081));
        RecordingListener after = new RecordingListener();
        assertThat(end(start(again, after))).isEqualTo(new Exited(0));
        assertThat(after.stdout(1)).isEqualTo("web\n");
        executor().destroy(spec.key());
        assertThat(containers(spec.key())).isEmpty();
    }

    @Test
    void janitorFindsAndRemovesServicesThatWereLeft() throws Exception {
        StepSpec spec =
                Places.beside(spec("echo never"), sidecar("slow", "sleep 300", "false", LONG));
        RunningStep step = start(spec, listener);
        RecordingListener.await(() -> !listener.preparations().isEmpty(), "the service");
        step.detach();
        RecordingListener.await(() -> executor().leftovers().contains(spec.key()), "the container");
        executor().destroy(spec.key());
        assertThat(containers(spec.key())).isEmpty();
    }
}
