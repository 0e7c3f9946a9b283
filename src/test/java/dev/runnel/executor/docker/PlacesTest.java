package dev.runnel.executor.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executor.Places;
import dev.runnel.executor.RecordingListener;
import dev.runnel.executor.StepExit;
import dev.runnel.executor.StepExit.Exited;
import dev.runnel.executor.StepExit.Refused;
import dev.runnel.executor.StepSpec;
import dev.runnel.executor.StepSpec.Limits;
import dev.runnel.pipeline.Setting.Resources;
import dev.runnel.run.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What only a container can have: a user, a network, limits, the program of its image.
class PlacesTest extends DockerFixture {
    private static final long MEGABYTE = 1024 * 1024;

    @TempDir Path elsewhere;

    private final RecordingListener listener = new RecordingListener();

    private static String inspect(StepSpec spec, String format) throws Exception {
        return DockerCommand.run(
                        "container", "inspect", "--format", format, ContainerPlan.name(spec.key()))
                .strip();
    }

    private void assertRefused(StepSpec spec, Reason reason, String... parts) throws Exception {
        assertThat(end(start(spec, new RecordingListener())))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> {
                            assertThat(refused.reason()).isEqualTo(reason);
                            assertThat(refused.message()).contains(parts);
                        });
    }

    @Test
    void commandsRunAsTheUserThatIsAskedFor() throws Exception {
        Outcome named = run(Places.in(spec("id -u; id -g"), Places.user("nobody")));
        assertThat(named.heard().stdout(1)).isEqualTo("65534\n65534\n");
        Outcome numbered =
                run(
                        Places.in(
                                spec("id -u; id -g"),
                                new Places.Wish()
                                        .user("1234:4321")
                                        .after(List.of("id -u"))
                                        .setting()));
        assertThat(numbered.heard().stdout(1)).isEqualTo("1234\n4321\n");
        assertThat(numbered.heard().stdout(2)).isEqualTo("1234\n");
        assertRefused(
                Places.in(spec("true"), Places.user("nosuch")), Reason.CONTAINER_REFUSED, "nosuch");
    }

    @Test
    void otherUserCanWriteToTheWorkspace() throws Exception {
        Files.createDirectories(workspace.resolve("deep/er"));
        Files.writeString(workspace.resolve("deep/er/file"), "old\n");
        Files.writeString(workspace.resolve("script"), "echo ran\n");
        Files.setPosixFilePermissions(
                workspace.resolve("script"), PosixFilePermissions.fromString("rwx------"));
        Path outside = Files.writeString(elsewhere.resolve("outside"), "mine\n");
        Files.setPosixFilePermissions(outside, PosixFilePermissions.fromString("rw-------"));
        Files.createSymbolicLink(workspace.resolve("link"), outside);
        Outcome outcome =
                run(
                        Places.in(
                                spec("echo new > deep/er/file; touch deep/more top; ./script"),
                                Places.user("1234")));
        assertThat(outcome.exit()).isEqualTo(new Exited(0));
        assertThat(file("deep/er/file")).isEqualTo("new\n");
        assertThat(outcome.heard().stdout(1)).isEqualTo("ran\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(outside)))
                .isEqualTo("rw-------");
    }

    @Test
    void networkIsOneThatTheInstallationKnows() throws Exception {
        use(
                TestDockerConfig.shared()
                        .withNetwork("bridge-of-nobody")
                        .withNetworks(Map.of("inner", "none", "outer", "no-such")));
        StepSpec none = Places.in(spec("ls /sys/class/net"), Places.network("none"));
        assertThat(end(start(none, listener))).isEqualTo(new Exited(0));
        assertThat(listener.stdout(1)).isEqualTo("lo\n");
        StepSpec inner = Places.in(spec("true"), Places.network("inner"));
        assertThat(end(start(inner, new RecordingListener()))).isEqualTo(new Exited(0));
        assertThat(inspect(inner, "{{.HostConfig.NetworkMode}}")).isEqualTo("none");
        assertRefused(
                Places.in(spec("true"), Places.network("default")),
                Reason.CONTAINER_REFUSED,
                "bridge-of-nobody");
        assertRefused(
                Places.in(spec("true"), Places.network("host")),
                Reason.NOT_POSSIBLE,
                "`host`",
                "default, inner, none, outer");
    }

    @Test
    void stepGetsLessWhenItAsksForLessAndNeverMore() throws Exception {
        Limits limits = new Limits(64 * MEGABYTE, 1, 50);
        String format = "{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.PidsLimit}}";
        StepSpec less =
                Places.in(
                        with(spec("true"), limits),
                        Places.resources(
                                new Resources(
                                        OptionalLong.of(32 * MEGABYTE),
                                        OptionalDouble.of(0.5),
                                        OptionalInt.of(20))));
        end(start(less, listener));
        assertThat(inspect(less, format)).isEqualTo("33554432 500000000 20");
        StepSpec more =
                Places.in(
                        with(spec("true"), limits),
                        Places.resources(
                                new Resources(
                                        OptionalLong.of(1024 * MEGABYTE),
                                        OptionalDouble.of(64),
                                        OptionalInt.of(5000))));
        end(start(more, new RecordingListener()));
        assertThat(inspect(more, format)).isEqualTo("67108864 1000000000 50");
    }

    @Test
    void programOfTheImageIsTheJob() throws Exception {
        StepSpec own = with(spec("the image"), "runnel-test/no-shell");
        StepSpec image = Places.in(own, Places.job(List.of()));
        assertThat(end(start(image, listener))).isEqualTo(new Exited(0));
        assertThat(listener.stdout(1)).isEqualTo("no shell in here\n");
        StepSpec told =
                Places.in(
                        with(spec("echo"), "runnel-test/no-shell"),
                        Places.job(List.of("/bin/echo", "-n"), "a  b", "c"));
        RecordingListener heard = new RecordingListener();
        assertThat(end(start(told, heard))).isEqualTo(new Exited(0));
        assertThat(heard.transcript()).containsExactly(">1", "1 out a  b c…", "<1 0");
        assertThat(end(reattach(told, heard, new RecordingListener()))).isEqualTo(new Exited(0));
        StepSpec failing =
                Places.in(
                        with(spec("false"), "runnel-test/no-shell"),
                        Places.job(List.of("/bin/false")));
        assertThat(end(start(failing, new RecordingListener()))).isEqualTo(new Exited(1));
        assertRefused(
                Places.in(
                        with(spec("sh"), "runnel-test/no-shell"), Places.job(List.of("/bin/nope"))),
                Reason.CONTAINER_REFUSED,
                "/bin/nope");
    }

    @Test
    void jobThatIsKilledFromOutsideIsLost() throws Exception {
        StepSpec spec =
                Places.in(
                        with(spec("sleep"), "runnel-test/no-shell"),
                        Places.job(List.of("/bin/sleep", "300")));
        dev.runnel.executor.RunningStep step = start(spec, listener);
        RecordingListener.await(() -> listener.transcript().contains(">1"), "the start");
        outside().kill(spec.key());
        assertThat(end(step)).isInstanceOf(StepExit.Lost.class);
    }

    @Test
    void afterScriptRunsWhenMemoryRanOut() throws Exception {
        StepSpec spec =
                Places.in(
                        with(
                                spec("x=xxxxxxxxxxxxxxxx; while :; do x=$x$x; done"),
                                new Limits(24 * MEGABYTE, 1, 50)),
                        Places.after("echo code $BITBUCKET_EXIT_CODE"));
        assertThat(end(start(spec, listener))).isEqualTo(new StepExit.OutOfMemory());
        assertThat(listener.stdout(2)).isEqualTo("code 137\n");
        assertThat(listener.exitCodes()).containsExactly(137, 0);
    }
}
