package dev.runnel.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The packaged server where it cannot start: a sentence, and an exit code that is not 0.
@Timeout(120)
class RefusedStartIT {
    private static final Path JAR = Path.of("target/quarkus-app/quarkus-run.jar").toAbsolutePath();

    @TempDir private Path folder;

    private record Ended(int code, String said) {}

    @ParameterizedTest
    @ValueSource(strings = {"server", ""})
    void saysWhyItHasNoDatabase(String words) throws Exception {
        Path files = Files.createDirectories(folder.resolve("postgres/data"));
        Files.writeString(files.resolve("PG_VERSION"), "14\n");
        Ended ended = run(words);
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.said())
                .startsWith("runnel: ")
                .contains("made by PostgreSQL 14")
                .doesNotContain("\tat ");
    }

    @Test
    void saysWhichSettingIsWrong() throws Exception {
        Ended ended = run("server", "-Drunnel.executor=dokcer");
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.said()).contains("dokcer");
    }

    @Test
    void knowsItsOptions() throws Exception {
        Ended help = run("server --help");
        assertThat(help.code()).isZero();
        assertThat(help.said()).contains("Usage: runnel server");
        Ended wrong = run("server --colour");
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.said()).contains("--colour");
    }

    private Ended run(String words, String... settings) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-Drunnel.data-dir=" + folder, "-Dquarkus.http.port=0"));
        command.addAll(List.of(settings));
        command.addAll(List.of("-jar", JAR.toString()));
        command.addAll(List.of(words.isEmpty() ? new String[0] : words.split(" ")));
        Path output = folder.resolve("output");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        try {
            int code = process.waitFor();
            return new Ended(code, Files.readString(output, UTF_8));
        } finally {
            process.destroyForcibly();
        }
    }
}
