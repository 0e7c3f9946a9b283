package dev.runnel.source.git;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.GitFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process with a git configuration and variables that lead astray.
class HostConfigurationTest {
    @TempDir Path temp;

    @Test
    void neitherTheUsersConfigurationNorVariablesHaveASay() throws Exception {
        Path ran = temp.resolve("ran");
        Path program = Files.writeString(temp.resolve("program"), "#!/bin/sh\ntouch " + ran);
        assertThat(program.toFile().setExecutable(true)).isTrue();
        String config =
                """
                [url "file:///nowhere/"]
                    insteadOf = file:///
                    insteadOf = ssh://
                [core]
                    hooksPath = %s
                    autocrlf = true
                [http]
                    proxy = http://127.0.0.1:1
                """
                        .formatted(temp);
        Files.writeString(temp.resolve(".gitconfig"), config);
        Files.createDirectories(temp.resolve(".config/git"));
        Files.writeString(temp.resolve(".config/git/config"), config);
        try (GitFixture repository = Server.SSH.newRepository(temp)) {
            repository.commit("main", Map.of("a.txt", "line\n"));
            for (String url : new String[] {repository.fileUrl(), Server.SSH.url(repository)}) {
                Path folder = temp.resolve("clone-" + url.substring(0, 3));
                ProcessBuilder clone = process(url, folder);
                clone.environment().put("GIT_SSH", program.toString());
                clone.environment().put("GIT_SSH_COMMAND", program.toString());
                clone.environment().put("GIT_DIR", temp.toString());

                assertThat(run(clone)).contains("CheckedOut");

                assertThat(Files.readString(folder.resolve("a.txt"))).isEqualTo("line\n");
            }
        }
        assertThat(ran).doesNotExist();
    }

    @Test
    void aLocaleThatCannotNameAFileIsSaidToBeTheReason() throws Exception {
        try (GitFixture repository = GitFixture.in(temp, "umlauts")) {
            repository.commit("main", Map.of("a.txt", "1", "grün.txt", "2"));
            ProcessBuilder clone = process(repository.fileUrl(), temp.resolve("clone"));
            clone.environment().put("LC_ALL", "C");

            assertThat(run(clone)).contains("TRANSFER_FAILED", "LC_ALL=C.UTF-8");
        }
    }

    /// What the process does.
    public static void main(String[] arguments) throws Exception {
        GitSources sources = Server.SSH.sources(Path.of(System.getProperty("user.home")));
        System.out.println(
                sources.source()
                        .checkOut(
                                new dev.runnel.source.Source.CheckoutRequest(
                                        arguments[0],
                                        java.util.Optional.empty(),
                                        Path.of(arguments[1])),
                                dev.runnel.source.Source.CloneProgress.NONE));
    }

    private ProcessBuilder process(String url, Path folder) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Duser.home=" + temp);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(HostConfigurationTest.class.getName());
        command.add(url);
        command.add(folder.toString());
        ProcessBuilder process = new ProcessBuilder(command).redirectErrorStream(true);
        process.environment().put("HOME", temp.toString());
        return process;
    }

    private static String run(ProcessBuilder command) throws IOException, InterruptedException {
        Process process = command.start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return output;
    }
}
