package dev.runnel.executor;

import static dev.runnel.executor.Markers.NONCE;
import static dev.runnel.executor.Markers.bytesOf;
import static dev.runnel.executor.Markers.marker;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.executor.RecordingListener.Heard;
import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/// What a decoder tells its listener when it begins in the middle, is silenced, or is let down.
class DecoderListenersTest {

    @Test
    void goingOnFromAnyPointTellsTheRestOnce() {
        byte[] stdout =
                ("\033_R"
                                + NONCE
                                + ";0\033\\\na\nb\n"
                                + marker(1)
                                + marker(2)
                                + "c\nü\n"
                                + marker("exit"))
                        .getBytes(UTF_8);
        byte[] stderr = (marker(0) + "e1\n" + marker(1) + "e2\n" + marker(2)).getBytes(UTF_8);
        RecordingListener listener = new RecordingListener();
        OutputDecoder whole = new OutputDecoder(NONCE, 3, ResumePoint.START, listener);
        send(whole, OutputChannel.STDOUT, stdout);
        send(whole, OutputChannel.STDERR, stderr);
        whole.end(OptionalInt.of(4));
        List<Heard> all = listener.heard();
        for (int known = 0; known <= all.size(); known++) {
            List<Heard> rest = rest(all.subList(0, known), stdout, stderr);
            assertThat(rest)
                    .as("after %d calls", known)
                    .containsExactlyInAnyOrderElementsOf(all.subList(known, all.size()));
        }
    }

    private static List<Heard> rest(List<Heard> known, byte[] stdout, byte[] stderr) {
        RecordingListener before = new RecordingListener();
        for (Heard call : known) {
            switch (call) {
                case Heard.Pulling _ -> {}
                case Heard.Started(int command) -> before.commandStarted(command);
                case Heard.Output(
                                int command,
                                OutputChannel channel,
                                OutputLine line,
                                long position) ->
                        before.output(command, channel, line, position);
                case Heard.Finished(int command, int code) -> before.commandFinished(command, code);
            }
        }
        List<Heard> after = new ArrayList<>();
        ResumePoint from = before.resumePoint();
        OutputDecoder decoder = new OutputDecoder(NONCE, 3, from, collecting(after));
        int outFrom = (int) from.stdout();
        int errFrom = (int) from.stderr();
        decoder.accept(OutputChannel.STDOUT, stdout, outFrom, stdout.length - outFrom);
        decoder.accept(OutputChannel.STDERR, stderr, errFrom, stderr.length - errFrom);
        decoder.end(OptionalInt.of(4));
        return after;
    }

    private static StepListener collecting(List<Heard> calls) {
        return new StepListener() {
            @Override
            public void pulling(String message, OptionalLong current, OptionalLong total) {
                calls.add(new Heard.Pulling(message, current, total));
            }

            @Override
            public void commandStarted(int command) {
                calls.add(new Heard.Started(command));
            }

            @Override
            public void output(int command, OutputChannel channel, OutputLine line, long position) {
                calls.add(new Heard.Output(command, channel, line, position));
            }

            @Override
            public void commandFinished(int command, int exitCode) {
                calls.add(new Heard.Finished(command, exitCode));
            }
        };
    }

    @Test
    void silencedListenerHearsNothing() {
        RecordingListener listener = new RecordingListener();
        OutputDecoder decoder = new OutputDecoder(NONCE, 3, ResumePoint.START, listener);
        send(decoder, OutputChannel.STDOUT, bytesOf(0));
        send(decoder, OutputChannel.STDERR, bytesOf(0));
        decoder.silence();
        send(decoder, OutputChannel.STDOUT, ("unheard\n" + marker(1)).getBytes(UTF_8));
        send(decoder, OutputChannel.STDERR, bytesOf(1));
        decoder.end(OptionalInt.of(0));
        assertThat(listener.transcript()).containsExactly(">1");
    }

    @Test
    void failureOfTheListenerComesOut() {
        IllegalStateException failure = new IllegalStateException("store is gone");
        OutputDecoder failing =
                new OutputDecoder(
                        NONCE,
                        1,
                        ResumePoint.START,
                        new StepListener() {
                            @Override
                            public void pulling(
                                    String message, OptionalLong current, OptionalLong total) {}

                            @Override
                            public void commandStarted(int command) {
                                throw failure;
                            }

                            @Override
                            public void output(
                                    int command,
                                    OutputChannel channel,
                                    OutputLine line,
                                    long position) {}

                            @Override
                            public void commandFinished(int command, int exitCode) {}
                        });
        send(failing, OutputChannel.STDOUT, bytesOf(0));
        assertThatThrownBy(() -> send(failing, OutputChannel.STDERR, bytesOf(0))).isSameAs(failure);
        assertThatThrownBy(() -> failing.end(OptionalInt.of(0))).isSameAs(failure);
    }

    private static void send(OutputDecoder decoder, OutputChannel channel, byte[] bytes) {
        decoder.accept(channel, bytes, 0, bytes.length);
    }
}
