package dev.runnel.executor.docker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.TestEnvironment;
import dev.runnel.executor.RecordingListener;
import dev.runnel.executor.RecordingListener.Heard;
import dev.runnel.executor.RunningStep;
import dev.runnel.executor.StepExit;
import dev.runnel.executor.StepExit.Exited;
import dev.runnel.executor.StepExit.Refused;
import dev.runnel.executor.StepExit.Stopped;
import dev.runnel.executor.StepSpec;
import dev.runnel.executor.docker.DockerConfig.Pull;
import dev.runnel.pipeline.Image;
import dev.runnel.pipeline.Image.Login;
import dev.runnel.pipeline.Sidecar;
import dev.runnel.run.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Images: those that are there, those that must be pulled, those that cannot be run.
class ImagesTest extends DockerFixture {
    private static final TestEnvironment ENVIRONMENT = TestEnvironment.load();
    private static final TestEnvironment.Registries REGISTRIES = ENVIRONMENT.registries();

    private static final Login LOGIN = new Login("$REGISTRY_USER", "${REGISTRY_PASSWORD}");

    @TempDir Path folder;

    private final RecordingListener listener = new RecordingListener();
    private final List<String> pulled = new ArrayList<>();

    private StepExit runImage(String image) throws Exception {
        pulled.add(image);
        return end(start(with(spec("echo hello"), image), listener));
    }

    @AfterEach
    void removePulledImages() throws Exception {
        for (String image : pulled) {
            if (!DockerCommand.run("images", "--quiet", image).isBlank()) {
                DockerCommand.run("rmi", "--force", image);
            }
        }
    }

    /// Pushes an image whose largest layer nobody has, whatever other tests left on the engine.
    private String unknownImage() throws Exception {
        Path file = folder.resolve("random");
        byte[] random = new byte[9_000_000];
        new Random().nextBytes(random);
        Files.write(file, random);
        String image = REGISTRIES.publicAddress() + "/public/unknown-" + System.nanoTime();
        String container = DockerCommand.run("create", "alpine").strip();
        try {
            DockerCommand.run("cp", file.toString(), container + ":/random");
            DockerCommand.run("commit", container, image);
            DockerCommand.run("push", image);
        } finally {
            DockerCommand.run("rm", container);
            DockerCommand.run("rmi", "--force", image);
        }
        return image;
    }

    private List<Heard.Pulling> pulls() {
        return listener.heard().stream()
                .filter(Heard.Pulling.class::isInstance)
                .map(Heard.Pulling.class::cast)
                .toList();
    }

    private static void assertRefused(StepExit exit, Reason reason, String... words) {
        assertThat(exit)
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> {
                            assertThat(refused.reason()).isEqualTo(reason);
                            assertThat(refused.message()).contains(words);
                        });
    }

    @Test
    void imageThatIsThereIsNotPulled() throws Exception {
        assertThat(run("true").exit()).isEqualTo(new Exited(0));
        assertThat(pulls()).isEmpty();
    }

    @Test
    void imageThatIsMissingIsPulled() throws Exception {
        assertThat(runImage(REGISTRIES.publicImage())).isEqualTo(new Exited(0));
        assertThat(pulls()).isNotEmpty();
        assertThat(pulls().getFirst().message()).isEqualTo("pulling " + REGISTRIES.publicImage());
        assertThat(listener.stdout(1)).isEqualTo("hello\n");
    }

    @Test
    void progressOfAPullIsTold() throws Exception {
        String unknown = unknownImage();
        try (SlowRegistry slow = SlowRegistry.before(REGISTRIES.publicAddress(), 5 * 1024 * 1024)) {
            assertThat(runImage(slow.image(unknown))).isEqualTo(new Exited(0));
        }
        assertThat(pulls())
                .hasSizeBetween(3, 40)
                .anySatisfy(pull -> {
                    assertThat(pull.message()).contains(" layers");
                    assertThat(pull.current().orElse(0)).isPositive();
                    assertThat(pull.total().orElse(0))
                            .isGreaterThan(8_000_000)
                            .isGreaterThanOrEqualTo(pull.current().orElse(0));
                });
        assertThat(pulls()).extracting(pull -> pull.current().orElse(0)).isSorted();
    }

    @Test
    void pullCanBeStopped() throws Exception {
        String unknown = unknownImage();
        try (SlowRegistry slow = SlowRegistry.before(REGISTRIES.publicAddress(), 50 * 1024)) {
            String image = slow.image(unknown);
            pulled.add(image);
            StepSpec spec = with(spec("echo hello"), image);
            RunningStep step = start(spec, listener);
            RecordingListener.await(() -> !pulls().isEmpty(), "a pull");
            step.stop(GRACE);
            assertThat(end(step)).isEqualTo(new Stopped());
            step.close();
            assertThat(executor().leftovers()).doesNotContain(spec.key());
            assertThat(DockerCommand.run("images", "--quiet", image)).isBlank();
        }
    }

    @Test
    void imageThatNobodyHasIsRefused() throws Exception {
        String nobody = REGISTRIES.publicAddress() + "/nobody/has:this";
        assertRefused(runImage(nobody), Reason.IMAGE_NOT_FOUND, nobody, "not found");
        assertRefused(runImage("127.0.0.1:1/x/y"), Reason.IMAGE_NOT_FOUND, "connection refused");
    }

    @Test
    void credentialsComeFromTheDockerConfiguration() throws Exception {
        use(TestDockerConfig.shared().withConfig(ENVIRONMENT.docker().config()));
        assertThat(runImage(REGISTRIES.privateImage())).isEqualTo(new Exited(0));
    }

    @Test
    void missingAndWrongCredentialsAreRefused() throws Exception {
        assertRefused(
                runImage(REGISTRIES.privateImage()),
                Reason.IMAGE_NOT_FOUND,
                REGISTRIES.privateImage(),
                "no basic auth credentials");
        use(TestDockerConfig.shared().withConfig(configWith("wrong")));
        assertRefused(runImage(REGISTRIES.privateImage()), Reason.IMAGE_NOT_FOUND, "credentials");
        // whoever logs in need not start Runnel again
        configWith(REGISTRIES.password());
        assertThat(runImage(REGISTRIES.privateImage())).isEqualTo(new Exited(0));
    }

    @Test
    void credentialsThatThePipelineNamesAreUsedAndGoBeforeTheConfiguration() throws Exception {
        use(TestDockerConfig.shared().withConfig(configWith("wrong")));
        assertThat(runWithLogin(REGISTRIES.password())).isEqualTo(new Exited(0));
        assertThat(pulls()).isNotEmpty();
        removePulledImages();
        use(TestDockerConfig.shared().withConfig(configWith(REGISTRIES.password())));
        StepExit refused = runWithLogin("the-wrong-one");
        assertRefused(
                refused, Reason.IMAGE_NOT_FOUND, REGISTRIES.privateImage(), "names as its login");
        assertThat(((Refused) refused).message()).doesNotContain("the-wrong-one");
    }

    @Test
    void credentialsOfOneStepAreNotThoseOfTheNext() throws Exception {
        assertThat(runWithLogin(REGISTRIES.password())).isEqualTo(new Exited(0));
        removePulledImages();
        assertRefused(
                runImage(REGISTRIES.privateImage()),
                Reason.IMAGE_NOT_FOUND,
                "no basic auth credentials");
    }

    @Test
    void loginThatAsksForAVariableThatIsNotThereIsRefused() throws Exception {
        assertRefused(runWithLogin(""), Reason.NOT_POSSIBLE, "REGISTRY_PASSWORD", "secrets");
        assertThat(pulls()).isEmpty();
    }

    @Test
    void servicesArePulledWithTheirLoginToo() throws Exception {
        Image image = new Image(REGISTRIES.privateImage()).with(LOGIN);
        pulled.add(image.reference());
        Sidecar sidecar =
                new Sidecar(
                        "it",
                        image,
                        Map.of(),
                        OptionalLong.empty(),
                        Optional.empty(),
                        Duration.ofSeconds(20));
        StepSpec plain = withVariables(spec("echo hello"), REGISTRIES.password());
        StepSpec spec =
                new StepSpec(
                        plain.key(),
                        plain.image(),
                        plain.script(),
                        plain.environment(),
                        plain.workspace(),
                        plain.workspacePath(),
                        plain.limits(),
                        plain.setting(),
                        List.of(sidecar),
                        plain.mounts());
        end(start(spec, listener));
        assertThat(DockerCommand.run("images", "--quiet", image.reference())).isNotBlank();
    }

    private StepExit runWithLogin(String password) throws Exception {
        Image image = new Image(REGISTRIES.privateImage()).with(LOGIN);
        pulled.add(image.reference());
        return end(start(withVariables(with(spec("echo hello"), image), password), listener));
    }

    private static StepSpec withVariables(StepSpec spec, String password) {
        Map<String, String> environment = new HashMap<>(spec.environment());
        environment.put("REGISTRY_USER", REGISTRIES.user());
        environment.put("REGISTRY_PASSWORD", password);
        return with(spec, environment);
    }

    private Path configWith(String password) throws IOException {
        String login = REGISTRIES.user() + ":" + password;
        Files.writeString(
                folder.resolve("config.json"),
                "{\"auths\": {\"%s\": {\"auth\": \"%s\"}}}"
                        .formatted(
                                REGISTRIES.privateAddress(),
                                Base64.getEncoder().encodeToString(login.getBytes(UTF_8))));
        return folder;
    }

    @Test
    void pullsCanBeForbiddenOrForced() throws Exception {
        use(TestDockerConfig.shared().withPull(Pull.NEVER));
        assertRefused(runImage(REGISTRIES.publicImage()), Reason.IMAGE_NOT_FOUND, "have");
        assertThat(pulls()).isEmpty();
        use(TestDockerConfig.shared().withPull(Pull.ALWAYS));
        assertThat(runImage(REGISTRIES.publicImage())).isEqualTo(new Exited(0));
        int before = pulls().size();
        assertThat(runImage(REGISTRIES.publicImage())).isEqualTo(new Exited(0));
        assertThat(pulls().size()).isGreaterThan(before);
    }

    @Test
    void imageCanBeNamedByItsDigest() throws Exception {
        runImage(REGISTRIES.publicImage());
        String digest =
                DockerCommand.run(
                                "image",
                                "inspect",
                                "--format",
                                "{{index .RepoDigests 0}}",
                                REGISTRIES.publicImage())
                        .strip();
        removePulledImages();
        assertThat(runImage(digest)).isEqualTo(new Exited(0));
    }

    @Test
    void imageWithoutAShellIsRefused() throws Exception {
        StepSpec spec = with(spec("echo hello"), "runnel-test/no-shell");
        assertRefused(
                end(start(spec, listener)), Reason.NO_SHELL, "runnel-test/no-shell", "/bin/sh");
        assertThat(listener.transcript()).isEmpty();
    }

    @Test
    void shellMayBeBash() throws Exception {
        StepSpec spec =
                with(spec("set -x; echo ${BASH_VERSION%%.*}", "cd /", "pwd"), "runnel-test/bash");
        assertThat(end(start(spec, listener))).isEqualTo(new Exited(0));
        assertThat(listener.stdout(1)).isEqualTo("5\n");
        assertThat(listener.stdout(3)).isEqualTo("/\n");
    }
}
