package dev.runnel.masking;

import dev.runnel.executor.OutputDecoder;
import dev.runnel.executor.RecordingListener;
import dev.runnel.executor.ResumePoint;
import dev.runnel.run.OutputChannel;
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import dev.runnel.run.RunRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// What an attempt prints, from its raw bytes to what is left after masking.
final class Masked implements AutoCloseable {
    private static final String NONCE = "0123456789abcdef";
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

    final RecordingListener heard = new RecordingListener();
    final List<String> troubles = new ArrayList<>();
    final OutputDecoder decoder;
    private final MaskingListener listener;

    Masked(RunSecrets secrets, int commands, ResumePoint from) {
        listener = new MaskingListener(heard, secrets, troubles::add);
        decoder = new OutputDecoder(NONCE, commands, from, listener);
    }

    /// An attempt of two commands, from its start.
    static Masked begun(String... secrets) throws InterruptedException {
        Masked masked = new Masked(secrets(secrets), 2, ResumePoint.START);
        masked.both(marker(0));
        return masked;
    }

    static RunSecrets secrets(String... values) throws InterruptedException {
        return RunSecrets.of(run(values), new MemoryRegisteredValues());
    }

    static Run run(String... values) {
        Map<String, String> named = new TreeMap<>();
        for (String value : values) {
            named.put("SECRET_" + named.size(), value);
        }
        RunRequest request = RunRequest.of("https://git.example/a/b").withSecrets(named);
        return Run.requested(RunId.at(NOW, RandomGenerator.getDefault()), request, NOW);
    }

    static String marker(Object what) {
        return "\033_R" + NONCE + ";" + what + "\033\\\n";
    }

    Masked out(String text) {
        send(OutputChannel.STDOUT, text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    Masked both(String text) {
        send(OutputChannel.STDERR, text.getBytes(StandardCharsets.UTF_8));
        return out(text);
    }

    void send(OutputChannel channel, byte[] bytes) {
        decoder.accept(channel, bytes, 0, bytes.length);
    }

    /// The end of the shell, as a step runner hears it.
    void end() {
        decoder.end(OptionalInt.of(0));
        listener.end();
    }

    /// What the first command wrote to standard output.
    String text() {
        return heard.stdout(1);
    }

    @Override
    public void close() {
        decoder.silence();
    }
}
