package dev.runnel.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.run.OutputChannel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Runs programs with the shells that images have, and reads their output with the decoder.
class ShellProgramTest {
    private static final String NONCE = ShellProgram.newNonce(new Random(1));

    @TempDir Path folder;

    /// A shell behaves by the name that it is called by.
    record Shell(String name, String binary) {
        @Override
        public String toString() {
            return binary + " as " + name;
        }
    }

    record Outcome(int code, boolean exited, RecordingListener heard) {
        List<String> transcript() {
            return heard.transcript();
        }
    }

    static Stream<Shell> shells() {
        return Stream.of(
                        new Shell("sh", "/bin/dash"),
                        new Shell("sh", "/bin/bash"),
                        new Shell("bash", "/bin/bash"),
                        new Shell("sh", "/bin/busybox"))
                .filter(shell -> Files.isExecutable(Path.of(shell.binary())));
    }

    private Outcome run(Shell shell, String... script) throws Exception {
        Path binary = folder.resolve(shell.name());
        Files.deleteIfExists(binary);
        Files.createSymbolicLink(binary, Path.of(shell.binary()));
        ShellProgram program = ShellProgram.of(List.of(script), NONCE);
        List<String> command = new ArrayList<>(List.of(binary.toString()));
        command.addAll(program.arguments());
        Process process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectInput(Path.of("/dev/null").toFile())
                        .start();
        RecordingListener listener = new RecordingListener();
        OutputDecoder decoder =
                new OutputDecoder(NONCE, script.length, ResumePoint.START, listener);
        Thread stderr =
                Thread.startVirtualThread(
                        () -> copy(process.getErrorStream(), OutputChannel.STDERR, decoder));
        copy(process.getInputStream(), OutputChannel.STDOUT, decoder);
        stderr.join();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        decoder.end(OptionalInt.of(process.exitValue()));
        return new Outcome(process.exitValue(), decoder.exited(), listener);
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
    void commandsShareOneShell(Shell shell) throws Exception {
        Outcome outcome =
                run(
                        shell,
                        "mkdir sub && cd sub; x=5; export y='a  b'; f() { echo called; }",
                        "pwd; echo $x; set -- p q",
                        "sh -c 'echo \"$y\"'; f; echo $#");
        assertThat(outcome.transcript())
                .containsExactly(
                        ">1",
                        "<1 0",
                        ">2",
                        "2 out " + folder.resolve("sub"),
                        "2 out 5",
                        "<2 0",
                        ">3",
                        "3 out a  b",
                        "3 out called",
                        "3 out 2",
                        "<3 0");
        assertThat(outcome.exited()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("shells")
    void failingCommandEndsTheProgram(Shell shell) throws Exception {
        assertEnds(run(shell, "echo a\nfalse\necho b", "echo c"), 1, ">1", "1 out a", "<1 1");
        assertEnds(run(shell, "exit 3", "echo c"), 3, ">1", "<1 3");
        assertEnds(run(shell, "set +e", "false; true", "false", "echo c"), 1, "<3 1");
        assertEnds(run(shell, "true", "[ a = b ] && echo same", "echo c"), 1, ">2", "<2 1");
        assertEnds(run(shell, "(exit 7)", "echo c"), 7, ">1", "<1 7");
        assertEnds(run(shell, "echo a | while read x; do exit 5; done", "echo c"), 5, "<1 5");
        assertEnds(run(shell, "true", "false"), 1, ">1", "<1 0", ">2", "<2 1");
        assertEnds(run(shell, "IFS=0123456789; set +e", "sh -c 'exit 13'", "echo"), 13, "<2 13");
        assertEnds(run(shell, "kill -TERM $$; echo no", "echo c"), 143, ">1", "<1 143");
        assertThat(run(shell, "no-such-command", "echo c").code()).isEqualTo(127);
        assertThat(run(shell, "-dash", "echo c").code()).isEqualTo(127);
    }

    private static void assertEnds(Outcome outcome, int code, String... calls) {
        assertThat(outcome.code()).isEqualTo(code);
        assertThat(outcome.exited()).isTrue();
        assertThat(outcome.transcript()).contains(calls).noneMatch(call -> call.endsWith("out c"));
        assertThat(outcome.transcript().getLast()).startsWith("<").endsWith(" " + code);
    }

    @ParameterizedTest
    @MethodSource("shells")
    void syntaxErrorIsThatCommandsFailure(Shell shell) throws Exception {
        for (String wrong : List.of("echo 'open", "echo \"open", "if then", "echo $(", "fi")) {
            Outcome outcome = run(shell, "echo a", wrong, "echo c");
            assertThat(outcome.code()).as(wrong).isBetween(1, 2);
            assertThat(outcome.heard().exitCodes()).containsExactly(0, outcome.code());
            assertThat(outcome.heard().stdout(1)).isEqualTo("a\n");
            assertThat(outcome.heard().stderr(2)).isNotEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("shells")
    void exitZeroEndsTheStepEarly(Shell shell) throws Exception {
        assertThat(run(shell, "echo a; exit 0", "echo c").transcript())
                .containsExactly(">1", "1 out a", "<1 0");
    }

    @ParameterizedTest
    @MethodSource("shells")
    void replacedShellEndsWithTheCodeOfTheReplacement(Shell shell) throws Exception {
        Outcome outcome = run(shell, "exec sh -c 'echo new; exit 9'", "echo c");
        assertThat(outcome.transcript()).containsExactly(">1", "1 out new", "<1 9");
        assertThat(outcome.exited()).isFalse();
    }

    @ParameterizedTest
    @MethodSource("shells")
    void traceShowsTheAuthorsLinesOnlyAndLasts(Shell shell) throws Exception {
        Outcome outcome = run(shell, "set -x; echo a", "echo b", "set +x", "echo c", "exit 0");
        RecordingListener heard = outcome.heard();
        assertThat(heard.stderr(1)).matches("\\++ echo a\n");
        assertThat(heard.stderr(2)).matches("\\++ echo b\n");
        assertThat(heard.stderr(3)).matches("\\++ set \\+x\n");
        assertThat(heard.stderr(4)).isEmpty();
        assertThat(heard.stderr(5)).isEmpty();
        assertThat(heard.stdout(4)).isEqualTo("c\n");
    }

    @ParameterizedTest
    @MethodSource("shells")
    void optionsOfTheAuthorDoNoHarm(Shell shell) throws Exception {
        Outcome outcome = run(shell, "set -u -a -f -C", "echo b", "echo $nope", "echo c");
        assertThat(outcome.heard().stdout(2)).isEqualTo("b\n");
        assertThat(outcome.code()).isNotZero();
        assertThat(outcome.heard().exitCodes()).hasSize(3).startsWith(0, 0);
        assertThat(run(shell, "printf() { :; }; alias eval=true exit=true", "echo b").transcript())
                .containsExactly(">1", "<1 0", ">2", "2 out b", "<2 0");
    }

    @ParameterizedTest
    @MethodSource("shells")
    void redirectedOutputTakesNoMarkersAlong(Shell shell) throws Exception {
        Outcome outcome = run(shell, "exec >file 2>&1", "echo a; echo b >&2", "exit 4");
        assertThat(outcome.transcript()).containsExactly(">1", "<1 0", ">2", "<2 0", ">3", "<3 4");
        assertThat(folder.resolve("file")).hasContent("a\nb\n");
    }

    @ParameterizedTest
    @MethodSource("shells")
    void closedDescriptorsOfOursDoNotEndTheStep(Shell shell) throws Exception {
        Outcome outcome = run(shell, "exec 7>&- 8>&-", "echo b", "echo c");
        assertThat(outcome.code()).isZero();
        assertThat(outcome.heard().stdout(1)).isEqualTo("b\nc\n");
    }

    @ParameterizedTest
    @MethodSource("shells")
    void commandThatReadsGetsNothing(Shell shell) throws Exception {
        Outcome outcome = run(shell, "cat", "read x || echo none", "echo c");
        assertThat(outcome.transcript())
                .containsExactly(">1", "<1 0", ">2", "2 out none", "<2 0", ">3", "3 out c", "<3 0");
    }

    @ParameterizedTest
    @MethodSource("shells")
    void trapOfTheAuthorIsHeardAndItsCodeCounts(Shell shell) throws Exception {
        Outcome outcome = run(shell, "trap 'echo bye; exit 6' EXIT", "echo b");
        assertThat(outcome.transcript())
                .containsExactly(">1", "<1 0", ">2", "2 out b", "2 out bye", "<2 6");
        assertThat(outcome.exited()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("shells")
    void anyTextIsACommand(Shell shell) throws Exception {
        String quotes = "it's \"$HOME\" `x` \\ %s ü€😀";
        Outcome outcome =
                run(
                        shell,
                        "",
                        "# only a comment",
                        "cat <<'EOF'\n" + quotes + "\nEOF",
                        "printf '%s\\n' 'it'\\''s'",
                        "echo end # of it");
        assertThat(outcome.heard().exitCodes()).containsExactly(0, 0, 0, 0, 0);
        assertThat(outcome.heard().stdout(3)).isEqualTo(quotes + "\n");
        assertThat(outcome.heard().stdout(4)).isEqualTo("it's\n");
    }

    @ParameterizedTest
    @MethodSource("shells")
    void programMayBeLongerThanAnArgument(Shell shell) throws Exception {
        String word = "€😀x'\n".repeat(16_000);
        Outcome outcome =
                run(
                        shell,
                        "cat <<'EOF'\n" + word + "EOF",
                        ": '" + "y".repeat(64 * 1024) + "'",
                        "echo $#",
                        "exit 3");
        assertThat(outcome.heard().stdout(1)).isEqualTo(word);
        assertThat(outcome.heard().stdout(3)).isEqualTo("0\n");
        assertThat(outcome.heard().exitCodes()).containsExactly(0, 0, 0, 3);
    }

    @Test
    void programHoldsNoMarker() {
        String text = ShellProgram.of(List.of("echo a", "echo b"), NONCE).text();
        assertThat(text).doesNotContain("\033").contains(NONCE);
    }

    @Test
    void nonceIsDifferentEachTime() {
        Random random = new Random(7);
        assertThat(ShellProgram.newNonce(random))
                .hasSize(16)
                .matches(nonce -> HexFormat.fromHexDigitsToLong(nonce) != 0)
                .isNotEqualTo(ShellProgram.newNonce(random));
    }

    @Test
    void nulIsRefused() {
        assertThatThrownBy(() -> ShellProgram.of(List.of("echo a", "echo \0"), NONCE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("command 2");
    }
}
