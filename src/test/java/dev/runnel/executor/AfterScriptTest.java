package dev.runnel.executor;

import static dev.runnel.executor.Markers.NONCE;
import static dev.runnel.executor.Markers.marker;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.run.OutputChannel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The program of a step with an after-script in the shells that images have, and its markers.
class AfterScriptTest {
    @TempDir Path folder;

    private final RecordingListener listener = new RecordingListener();

    static Stream<String> shells() {
        return Stream.of("/bin/dash", "/bin/bash", "/bin/busybox")
                .filter(shell -> Files.isExecutable(Path.of(shell)));
    }

    private Path shell(String binary) throws IOException {
        Path link = folder.resolve(binary.endsWith("bash") ? "bash" : "sh");
        Files.deleteIfExists(link);
        return Files.createSymbolicLink(link, Path.of(binary));
    }

    private int run(List<String> command, int script, int after) throws Exception {
        Process process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectInput(Path.of("/dev/null").toFile())
                        .start();
        OutputDecoder decoder =
                new OutputDecoder(NONCE, script, after, ResumePoint.START, listener);
        Thread stderr =
                Thread.startVirtualThread(
                        () -> copy(process.getErrorStream(), OutputChannel.STDERR, decoder));
        copy(process.getInputStream(), OutputChannel.STDOUT, decoder);
        stderr.join();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(decoder.exited()).isTrue();
        decoder.end(OptionalInt.of(process.exitValue()));
        return process.exitValue();
    }

    private static void copy(InputStream from, OutputChannel channel, OutputDecoder to) {
        byte[] buffer = new byte[8192];
        try (from) {
            for (int length = from.read(buffer); length >= 0; length = from.read(buffer)) {
                to.accept(channel, buffer, 0, length);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("shells")
    void programRunsBothAsArgumentsAndAsFiles(String binary) throws Exception {
        Path shell = shell(binary);
        ShellProgram program =
                ShellProgram.of(
                        shell.toString(),
                        List.of("set -x; x=1", "echo out; (exit 6)", "echo never"),
                        List.of("echo ${x-unset} $RUNNEL_EXIT_CODE", "false", "echo never"),
                        NONCE);
        List<String> command = new ArrayList<>(List.of(shell.toString()));
        command.addAll(program.arguments());
        assertThat(run(command, 3, 3)).isEqualTo(6);
        assertThat(listener.transcript())
                .contains("2 out out", "<2 6", ">4", "4 out unset 6", "<4 0", ">5", "<5 1")
                .doesNotContain(">3", ">6");
        assertThat(listener.stderr(4)).isEmpty();

        Path place = Files.createDirectory(folder.resolve("it's a place"));
        for (Map.Entry<String, String> file : program.files(place.toString()).entrySet()) {
            Files.writeString(place.resolve(file.getKey()), file.getValue());
        }
        String main = place.resolve(ShellProgram.PROGRAM).toString();
        assertThat(run(List.of(shell.toString(), main), 3, 3)).isEqualTo(6);
    }

    @ParameterizedTest
    @MethodSource("shells")
    void shellThatWatchesOutlivesTermAndSaysNothing(String binary) throws Exception {
        Path shell = shell(binary);
        ShellProgram program =
                ShellProgram.of(
                        shell.toString(),
                        List.of("kill -TERM $PPID; kill -KILL $$"),
                        List.of("echo after $RUNNEL_EXIT_CODE"),
                        NONCE);
        List<String> command = new ArrayList<>(List.of(shell.toString()));
        command.addAll(program.arguments());
        assertThat(run(command, 1, 1)).isEqualTo(137);
        assertThat(listener.transcript())
                .containsExactly(">1", "<1 137", ">2", "2 out after 137", "<2 0");
    }

    private OutputDecoder decoder(ResumePoint from) {
        return new OutputDecoder(NONCE, 3, 2, from, listener);
    }

    private static void send(OutputDecoder decoder, OutputChannel channel, String text) {
        byte[] bytes = text.getBytes(UTF_8);
        decoder.accept(channel, bytes, 0, bytes.length);
    }

    @Test
    void whatIsStoredOfAnAfterScriptIsNotToldAgain() {
        String text =
                marker(0) + marker(1) + "b\n" + marker("s9") + "c\n" + marker(4) + marker("a2");
        int stored = (marker(0) + marker(1) + "b\n").length();
        // standard error had nothing, so its markers come again
        OutputDecoder decoder = decoder(new ResumePoint(stored, 2, 0, 1, 4, 2));
        send(decoder, OutputChannel.STDOUT, text.substring(stored));
        send(decoder, OutputChannel.STDERR, text.replaceAll("[bc]\n", ""));
        decoder.end(OptionalInt.of(9));
        assertThat(listener.transcript()).containsExactly("4 out c", "<4 0", ">5", "<5 2");
    }

    @Test
    void afterScriptThatWasCutOffHasNoCode() {
        OutputDecoder decoder = decoder(ResumePoint.START);
        for (OutputChannel channel : OutputChannel.values()) {
            send(decoder, channel, marker(0) + marker("s0"));
        }
        decoder.end(OptionalInt.of(137));
        assertThat(listener.transcript()).containsExactly(">1", "<1 0", ">4");
    }

    @Test
    void wordsThatLookLikeAnEndAreOutput() {
        OutputDecoder decoder = decoder(ResumePoint.START);
        for (OutputChannel channel : OutputChannel.values()) {
            send(decoder, channel, marker(0));
        }
        send(decoder, OutputChannel.STDOUT, marker("s") + marker("sx") + marker("b1"));
        assertThat(listener.outputs()).hasSize(3);
    }
}
