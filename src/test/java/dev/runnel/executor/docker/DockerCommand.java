package dev.runnel.executor.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.TestEnvironment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The command line of Docker, for what is done behind Runnel's back.
final class DockerCommand {
    private DockerCommand() {}

    /// Runs it against the engine that the tests share, and gives its output.
    static String run(String... arguments) throws IOException, InterruptedException {
        return runAt(TestEnvironment.load().docker().host(), arguments);
    }

    static String runAt(String host, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("docker", "--host", host));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
