package dev.runnel.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runnel.GitFixture;
import dev.runnel.TestEnvironment;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runnel in a container of the image that `Dockerfile.jvm` makes, on a stand-in for its public
/// base. Its steps are siblings of that container, and the engine finds their workspaces under
/// another path than Runnel does.
class ContainerImageIT {
    private static final String BASE = "runnel-test/java:latest";
    private static final String IMAGE = "runnel-test/runnel:latest";
    private static final Duration LONGEST_BUILD = Duration.ofMinutes(8);
    private static final Duration LONGEST_START = Duration.ofMinutes(2);
    private static final int GRACE_SECONDS = 40;

    private final TestEnvironment environment = TestEnvironment.load();
    private final String container = "runnel-image-it-" + ProcessHandle.current().pid();

    @TempDir Path folder;

    @BeforeAll
    static void buildImage() throws Exception {
        run(List.of("src/test/env/java-image"), Map.of());
        run(
                List.of(
                        "docker",
                        "build",
                        "--quiet",
                        "--file=src/main/docker/Dockerfile.jvm",
                        "--build-arg=BUILD_IMAGE=" + BASE,
                        "--build-arg=RUN_IMAGE=" + BASE,
                        "--tag=" + IMAGE,
                        "."),
                // the engine's own builder is always there; BuildKit needs a plugin
                Map.of("DOCKER_BUILDKIT", "0"));
    }

    @AfterEach
    void removeContainer() throws Exception {
        docker("rm", "--force", container);
    }

    @Test
    void runsStepsAsSiblingsOfItsContainerAndStopsWhenTold() throws Exception {
        try (TestDatabase database = TestDatabase.start(folder);
                GitFixture repository =
                        GitFixture.in(Files.createDirectory(folder.resolve("git")), "image")) {
            repository.commit("main", Map.of("fxq-pipeline.yml", PIPELINE));
            URI address = startContainer(database);
            awaitHealthy();

            ApiClient api = new ApiClient(address);
            String id = api.submit(repository.fileUrl());
            List<JsonNode> events = api.allEvents(id);

            assertThat(api.run(id).get("state").asText()).isEqualTo("SUCCESSFUL");
            assertThat(ApiClient.lines(events)).containsExactly("written by one step");
            ServerTrouble.awaitNoContainer(id);

            long begin = System.nanoTime();
            docker("stop", "--time=" + GRACE_SECONDS, container);
            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            assertThat(took).isLessThan(Duration.ofSeconds(GRACE_SECONDS / 2));
            assertThat(docker("inspect", "--format={{.State.ExitCode}}", container))
                    .as("exit code of a process that ended by itself after TERM")
                    .isEqualTo("143");
        }
    }

    @Test
    void theRecordedClassesAreOfUseToTheJavaOfTheImage() throws Exception {
        // with `on`, Java refuses to start when it cannot use them
        String said =
                docker(
                        "run",
                        "--rm",
                        "--name=" + container,
                        "--env=JAVA_TOOL_OPTIONS=-XX:AOTMode=on",
                        IMAGE,
                        "--version");
        assertThat(said).contains("runnel ");
    }

    private static final String PIPELINE =
            """
            image: alpine
            pipelines:
              default:
                - step:
                    script:
                      - echo "written by one step" > shared
                - step:
                    script:
                      - cat shared
            """;

    private URI startContainer(TestDatabase database) throws Exception {
        String socket = URI.create(environment.docker().host()).getPath();
        Path data = Files.createDirectory(folder.resolve("data"));
        int port = freePort();
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "run",
                                "--detach",
                                "--name=" + container,
                                "--network=host",
                                "--health-interval=1s",
                                "--volume=" + socket + ":/var/run/docker.sock",
                                "--volume=" + data + ":/var/lib/runnel",
                                "--volume=" + folder.resolve("git") + ":" + folder.resolve("git"),
                                "--env=QUARKUS_HTTP_HOST=127.0.0.1",
                                "--env=QUARKUS_HTTP_PORT=" + port,
                                "--env=RUNNEL_EXECUTOR=docker",
                                "--env=RUNNEL_DOCKER_HOST_DATA_DIR=" + data,
                                "--env=RUNNEL_GIT_ALLOWED_SCHEMES=file"));
        database.properties()
                .forEach((name, value) ->
                        command.add(
                                "--env="
                                        + name.replace('.', '_').toUpperCase(Locale.ROOT)
                                        + "="
                                        + value));
        command.add(IMAGE);
        docker(command.toArray(String[]::new));
        return URI.create("http://127.0.0.1:" + port);
    }

    private void awaitHealthy() throws Exception {
        long deadline = System.nanoTime() + LONGEST_START.toNanos();
        String health = "";
        while (System.nanoTime() < deadline) {
            health = docker("inspect", "--format={{.State.Health.Status}}", container);
            if (health.equals("healthy")) {
                return;
            }
            Thread.sleep(200);
        }
        throw new AssertionError("still " + health + ":\n" + docker("logs", container));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private String docker(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("docker"));
        command.addAll(List.of(arguments));
        return run(command, Map.of("DOCKER_HOST", environment.docker().host()));
    }

    private static String run(List<String> command, Map<String, String> environment)
            throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Path output = Files.createTempFile("runnel-image-it", ".log");
        try {
            Process process = builder.redirectOutput(output.toFile()).start();
            boolean ended = process.waitFor(LONGEST_BUILD.toSeconds(), TimeUnit.SECONDS);
            process.destroyForcibly();
            String said = Files.readString(output, UTF_8).strip();
            if (!ended || process.exitValue() != 0) {
                throw new AssertionError(command + " failed:\n" + said);
            }
            return said;
        } finally {
            Files.delete(output);
        }
    }
}
