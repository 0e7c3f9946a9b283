package dev.runnel.executor;

import static dev.runnel.executor.Markers.NONCE;
import static dev.runnel.executor.Markers.bytesOf;
import static dev.runnel.executor.Markers.marker;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executor.RecordingListener.Heard;
import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OutputDecoderTest {

    private final RecordingListener listener = new RecordingListener();
    private final OutputDecoder decoder = decoder(3, ResumePoint.START);

    private OutputDecoder decoder(int commands, ResumePoint from) {
        return new OutputDecoder(NONCE, commands, from, listener);
    }

    private void out(String text) {
        send(decoder, OutputChannel.STDOUT, text.getBytes(UTF_8));
    }

    private void err(String text) {
        send(decoder, OutputChannel.STDERR, text.getBytes(UTF_8));
    }

    private void both(String text) {
        out(text);
        err(text);
    }

    private static void send(OutputDecoder decoder, OutputChannel channel, byte[] bytes) {
        decoder.accept(channel, bytes, 0, bytes.length);
    }

    private List<String> transcript() {
        return listener.transcript();
    }

    private List<OutputLine> lines() {
        return listener.outputs().stream().map(Heard.Output::line).toList();
    }

    @Test
    void commandsFollowEachOther() {
        both(marker(0));
        out("one\n" + marker(1) + "two\n" + marker(2));
        err(marker(1) + marker(2));
        out("three\n" + marker(3) + marker("exit"));
        assertThat(decoder.exited()).isTrue();
        decoder.end(OptionalInt.of(0));
        assertThat(transcript())
                .containsExactly(
                        ">1",
                        "1 out one",
                        "<1 0",
                        ">2",
                        "2 out two",
                        "<2 0",
                        ">3",
                        "3 out three",
                        "<3 0");
    }

    @Test
    void commandIsOverWhenBothChannelsSaySo() {
        both(marker(0));
        out("one\n" + marker(1) + "two\n");
        assertThat(transcript()).containsExactly(">1", "1 out one");
        err("late\n" + marker(1));
        assertThat(transcript())
                .containsExactly(">1", "1 out one", "1 err late", "<1 0", ">2", "2 out two");
    }

    @Test
    void lastCommandTakesTheExitCodeOfTheShell() {
        both(marker(0));
        out("one\n" + marker("exit") + "bye\n");
        decoder.end(OptionalInt.of(3));
        assertThat(transcript()).containsExactly(">1", "1 out one", "1 out bye", "<1 3");
    }

    @Test
    void commandThatDidNotEndByItselfIsNotFinished() {
        both(marker(0));
        out("one");
        decoder.end(OptionalInt.empty());
        assertThat(transcript()).containsExactly(">1", "1 out one…");
        assertThat(decoder.exited()).isFalse();
    }

    @Test
    void markerGluedToTextEndsTheText() {
        both(marker(0));
        out("no newline" + marker(1) + "next\n");
        err(marker(1));
        assertThat(transcript())
                .containsExactly(">1", "1 out no newline…", "<1 0", ">2", "2 out next");
    }

    @Test
    void almostMarkersAreText() {
        String text =
                "\033[31mred\033[0m \033_Rother;1\033\\ \033_R"
                        + NONCE
                        + ";1x\033\\ \033_R"
                        + NONCE
                        + ";123456789\033\\ \033_R"
                        + NONCE
                        + ";\033\\ \033\033_\n";
        both(marker(0));
        out(text);
        decoder.end(OptionalInt.of(0));
        assertThat(listener.stdout(1)).isEqualTo(text);
    }

    @Test
    void linesEndAtLineFeedCarriageReturnOrBoth() {
        both(marker(0));
        out("lf\ncrlf\r\ncr\rcrcrlf\r\r\n\nend\r");
        decoder.end(OptionalInt.of(0));
        assertThat(transcript())
                .containsExactly(
                        ">1",
                        "1 out lf",
                        "1 out crlf",
                        "1 out cr↵",
                        "1 out crcrlf",
                        "1 out ",
                        "1 out end↵",
                        "<1 0");
    }

    @Test
    void anySplitGivesTheSame() {
        String all =
                marker(0)
                        + "grüße €😀\r\n50%\r100%\r\n\033[1mbold\033[0m"
                        + marker(1)
                        + "second"
                        + marker(2)
                        + "x".repeat(40_000)
                        + "\nüüü\n"
                        + marker(3)
                        + marker("exit");
        byte[] bytes = all.getBytes(UTF_8);
        Random random = new Random(42);
        for (int round = 0; round < 100; round++) {
            RecordingListener heard = new RecordingListener();
            OutputDecoder split = new OutputDecoder(NONCE, 3, ResumePoint.START, heard);
            send(split, OutputChannel.STDERR, bytesOf(0, 1, 2, 3));
            int longest = 1 + random.nextInt(round % 10 == 0 ? 20_000 : 7);
            int at = 0;
            while (at < bytes.length) {
                int length = Math.min(1 + random.nextInt(longest), bytes.length - at);
                split.accept(OutputChannel.STDOUT, bytes, at, length);
                at += length;
            }
            split.end(OptionalInt.of(0));
            assertThat(heard.stdout(1)).isEqualTo("grüße €😀\n50%\r100%\n\033[1mbold\033[0m");
            assertThat(heard.stdout(2)).isEqualTo("second");
            assertThat(heard.stdout(3)).isEqualTo("x".repeat(40_000) + "\nüüü\n");
            assertThat(heard.outputs()).noneMatch(output -> output.line().replaced());
            assertThat(heard.outputs().getLast().position())
                    .isEqualTo(bytes.length - bytesOf("3", "exit").length);
        }
    }

    @Test
    void longLinesComeInPiecesOfWholeCharacters() {
        both(marker(0));
        out("x" + "€".repeat(20_000) + "\n");
        assertThat(listener.stdout(1)).isEqualTo("x" + "€".repeat(20_000) + "\n");
        assertThat(lines())
                .hasSize(4)
                .allSatisfy(line ->
                        assertThat(line.text().getBytes(UTF_8).length)
                                .isLessThanOrEqualTo(16 * 1024))
                .noneMatch(OutputLine::replaced);
        assertThat(lines().subList(0, 3)).allMatch(line -> line.end() == OutputLine.End.NONE);
    }

    @Test
    void bytesThatAreNotUtf8AreReplacedAndSaid() {
        both(marker(0));
        send(decoder, OutputChannel.STDOUT, new byte[] {'a', (byte) 0xff, 'b', '\n'});
        send(decoder, OutputChannel.STDOUT, new byte[] {'n', 0, 'l', '\n'});
        out("real \uFFFD\n");
        send(decoder, OutputChannel.STDOUT, new byte[] {'c', (byte) 0xe2, (byte) 0x82});
        decoder.end(OptionalInt.of(0));
        assertThat(lines())
                .containsExactly(
                        new OutputLine("a\uFFFDb", OutputLine.End.NEWLINE, true),
                        new OutputLine("n\0l", OutputLine.End.NEWLINE, false),
                        new OutputLine("real \uFFFD", OutputLine.End.NEWLINE, false),
                        new OutputLine("c\uFFFD", OutputLine.End.NONE, true));
    }

    @Test
    void unfinishedTextIsToldAfterSilence() throws InterruptedException {
        both(marker(0));
        out("Password: ");
        listener.awaitText(1, "Password: ");
        out("thanks\n");
        assertThat(transcript()).containsExactly(">1", "1 out Password: …", "1 out thanks");
    }

    @Test
    void silenceCutsNeitherCharactersNorLineEndsNorMarkers() throws InterruptedException {
        both(marker(0));
        byte[] euro = "€".getBytes(UTF_8);
        send(decoder, OutputChannel.STDOUT, new byte[] {'a', euro[0], euro[1]});
        listener.awaitText(1, "a");
        send(decoder, OutputChannel.STDOUT, new byte[] {euro[2], '1', '%', '\r'});
        listener.awaitText(1, "€1%");
        out("\n2%\r");
        listener.awaitText(1, "2%");
        String end = marker(1);
        out("3%" + end.substring(0, 9));
        listener.awaitText(1, "3%");
        out(end.substring(9));
        err(marker(1));
        assertThat(transcript())
                .containsExactly(
                        ">1",
                        "1 out a…",
                        "1 out €1%…",
                        "1 out ",
                        "1 out 2%…",
                        "1 out ↵",
                        "1 out 3%…",
                        "<1 0",
                        ">2");
        assertThat(lines()).noneMatch(OutputLine::replaced);
    }

    @Test
    void channelThatLostItsMarkersHoldsNothingUp() throws InterruptedException {
        both(marker(0));
        out(marker(1) + "two\n");
        RecordingListener.await(() -> transcript().contains("2 out two"), "command 2");
        err("late\n");
        assertThat(transcript()).containsExactly(">1", "<1 0", ">2", "2 out two", "2 err late");
    }

    @Test
    void channelThatIsFarAheadIsNotKeptInMemory() {
        both(marker(0));
        out(marker(1));
        assertThat(decoder.wants(OutputChannel.STDOUT)).isTrue();
        String block = "x".repeat(99) + "\n";
        out(block.repeat(1_000));
        assertThat(decoder.wants(OutputChannel.STDOUT)).isFalse();
        assertThat(decoder.wants(OutputChannel.STDERR)).isTrue();
        assertThat(transcript()).containsExactly(">1");
        out(block.repeat(10_000));
        assertThat(transcript()).startsWith(">1", "<1 0", ">2").hasSize(3 + 11_000);
        assertThat(decoder.wants(OutputChannel.STDOUT)).isTrue();
    }

    @Test
    void textBeforeTheShellBelongsToTheFirstCommand() {
        err("loader: warning\n");
        assertThat(decoder.started()).isFalse();
        assertThat(transcript()).isEmpty();
        both(marker(0));
        assertThat(decoder.started()).isTrue();
        assertThat(transcript()).containsExactly(">1", "1 err loader: warning");
    }

    @Test
    void shellThatNeverCameLeavesItsReason() {
        err("exec /bin/sh: exec format error");
        assertThat(decoder.started()).isFalse();
        assertThat(decoder.earlyText()).isEqualTo("exec /bin/sh: exec format error");
        decoder.end(OptionalInt.empty());
        assertThat(transcript()).isEmpty();
    }
}
