package dev.runnel.masking;

import static dev.runnel.masking.Masked.marker;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executor.RecordingListener.Heard;
import dev.runnel.executor.ResumePoint;
import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.RunStateChanged;
import dev.runnel.run.RunState;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MaskingListenerTest {
    private static final String SECRET = "correct-horse-ü😀-battery";

    @Test
    void textWithoutSecretsIsPassedOnAsItIs() throws InterruptedException {
        try (Masked masked = Masked.begun()) {
            masked.out("one\ntwo\r***\nthree");
            masked.both(marker(1)).end();
            assertThat(masked.heard.transcript())
                    .containsExactly(
                            ">1",
                            "1 out one",
                            "1 out two↵",
                            "1 out ***",
                            "1 out three…",
                            "<1 0",
                            ">2",
                            "<2 0");
        }
    }

    @Test
    void secretsAreMaskedHoweverTheBytesArriveAndHoweverLongTheLineIs() throws Exception {
        Random random = new Random(7);
        for (int round = 0; round < 60; round++) {
            StringBuilder printed = new StringBuilder();
            StringBuilder wanted = new StringBuilder();
            while (printed.length() < 70_000) {
                String noise = noise(random);
                printed.append(noise);
                wanted.append(noise);
                if (random.nextInt(3) == 0) {
                    printed.append(SECRET);
                    wanted.append("***");
                } else if (random.nextInt(3) == 0) {
                    String part = SECRET.substring(0, SECRET.length() - 1 - random.nextInt(5));
                    printed.append(part).append("\n");
                    wanted.append(part).append("\n");
                }
                printed.append('|');
                wanted.append('|');
            }
            try (Masked masked = Masked.begun(SECRET)) {
                sendInPortions(masked, printed.toString().getBytes(UTF_8), random);
                masked.both(marker(1)).end();
                assertThat(masked.text()).isEqualTo(wanted.toString());
            }
        }
    }

    private static String noise(Random random) {
        // beginnings of the secret, line ends now and then, and lines of more than 16 KiB
        String[] words = {
            "correct-", "horse", "c", "co", "cor", "\n", "ü", "😀", " ", "correct-horse"
        };
        StringBuilder noise = new StringBuilder();
        int count = random.nextInt(20) == 0 ? 5000 : random.nextInt(30);
        for (int word = 0; word < count; word++) {
            noise.append(words[random.nextInt(words.length)]);
        }
        return noise.toString().replace(SECRET, "");
    }

    private static void sendInPortions(Masked masked, byte[] bytes, Random random) {
        int at = 0;
        while (at < bytes.length) {
            int most = random.nextBoolean() ? 5 : 20_000;
            int count = Math.min(bytes.length - at, 1 + random.nextInt(most));
            masked.decoder.accept(OutputChannel.STDOUT, bytes, at, count);
            at += count;
        }
    }

    @Test
    void aPieceThatMayBeTheBeginningWaitsUntilThatIsClear() throws InterruptedException {
        try (Masked masked = Masked.begun(SECRET)) {
            masked.out("say corr");
            masked.heard.awaitText(1, "say ");
            assertThat(masked.text()).isEqualTo("say ");
            masked.out("ect-horse-ü😀-batt").out("ery!\n").both(marker(1)).end();
            assertThat(masked.text()).isEqualTo("say ***!\n");
        }
        try (Masked masked = Masked.begun(SECRET)) {
            masked.out("say corr");
            masked.heard.awaitText(1, "say ");
            masked.out("igan\n");
            assertThat(masked.text()).isEqualTo("say corrigan\n");
        }
    }

    @Test
    void aSecretThatReachesOverTheEndOfItsCommandIsMaskedOnBothSides() throws InterruptedException {
        try (Masked masked = Masked.begun(SECRET)) {
            masked.out("a correct-ho").both(marker(1)).out("rse-ü😀-battery z\n").end();
            assertThat(masked.heard.transcript())
                    .containsExactly(
                            ">1", "1 out a …", "1 out ***…", "<1 0", ">2", "2 out *** z", "<2 0");
        }
        try (Masked masked = Masked.begun(SECRET)) {
            // three characters tell nobody anything, and many words begin so
            masked.out("a cor").both(marker(1)).out("rect-horse-ü😀-battery z\n").end();
            assertThat(masked.text() + masked.heard.stdout(2)).isEqualTo("a cor*** z\n");
        }
        try (Masked masked = Masked.begun(SECRET)) {
            masked.out("a cor").both(marker(1)).out("nflakes\n").end();
            assertThat(masked.text() + masked.heard.stdout(2)).isEqualTo("a cornflakes\n");
        }
    }

    @Test
    void whoeverGoesOnFromAnyLineHearsTheRestAndNothingTwice() throws InterruptedException {
        String printed =
                ("x correct-horse-ü😀-battery y\n" + "correct-horse-ü😀-batt\n" + "é".repeat(9000))
                        .repeat(3);
        byte[] bytes = (marker(0) + printed).getBytes(UTF_8);
        String wanted = printed.replace(SECRET, "***");
        Random random = new Random(3);
        for (int round = 0; round < 40; round++) {
            try (Masked first = new Masked(Masked.secrets(SECRET), 1, ResumePoint.START)) {
                first.send(OutputChannel.STDERR, marker(0).getBytes(UTF_8));
                sendInPortions(first, slice(bytes, 0, 1 + random.nextInt(bytes.length)), random);
                List<Heard.Output> outputs = first.heard.outputs();
                int known = random.nextInt(outputs.size() + 1);
                long position = known == 0 ? 0 : outputs.get(known - 1).position();
                ResumePoint from = new ResumePoint(position, 1, 0, 1, position > 0 ? 1 : 0, 0);
                try (Masked next = new Masked(Masked.secrets(SECRET), 1, from)) {
                    if (position == 0) {
                        next.send(OutputChannel.STDERR, marker(0).getBytes(UTF_8));
                    }
                    sendInPortions(next, slice(bytes, (int) position, bytes.length), random);
                    next.end();
                    assertThat(text(outputs.subList(0, known)) + next.text()).isEqualTo(wanted);
                }
            }
        }
    }

    private static byte[] slice(byte[] bytes, int from, int to) {
        return Arrays.copyOfRange(bytes, from, to);
    }

    private static String text(List<Heard.Output> outputs) {
        StringBuilder text = new StringBuilder();
        for (Heard.Output output : outputs) {
            text.append(output.line().text());
            text.append(output.line().end() == OutputLine.End.NEWLINE ? "\n" : "");
        }
        return text.toString();
    }

    @Test
    void aValueThatIsRegisteredIsMaskedFromThenOnOnBothChannels() throws InterruptedException {
        try (Masked masked = Masked.begun()) {
            masked.out("hunter22\n::runnel-mask::hunter22\r\nhunter22 aHVudGVyMjI=\n");
            masked.send(OutputChannel.STDERR, "hunter22\n".getBytes(UTF_8));
            assertThat(masked.text()).isEqualTo("hunter22\n::runnel-mask::***\n*** ***\n");
            assertThat(masked.heard.stderr(1)).isEqualTo("***\n");
            assertThat(masked.troubles).isEmpty();
        }
    }

    @Test
    void aLineOfControlMayComeInPiecesOrWithoutAnEnd() throws InterruptedException {
        try (Masked masked = Masked.begun()) {
            masked.out("first\n");
            for (char one : "::runnel-mask::hunter22\n".toCharArray()) {
                masked.out(String.valueOf(one));
            }
            masked.out("hunter22\n::runnel-mask::another1").both(marker(1));
            masked.out("another1 hunter22\n").end();
            assertThat(masked.text())
                    .isEqualTo("first\n::runnel-mask::***\n***\n::runnel-mask::***");
            assertThat(masked.heard.stdout(2)).isEqualTo("*** ***\n");
        }
    }

    @Test
    void aPieceOfALineOfControlIsNotShownWhileItsValueIsNotKnown() throws InterruptedException {
        try (Masked masked = Masked.begun()) {
            masked.out("::runnel-mask::hun");
            masked.send(OutputChannel.STDERR, "silence".getBytes(UTF_8));
            masked.heard.awaitText(1, "silence");
            assertThat(masked.text()).isEmpty();
            masked.out("ter22\n");
            assertThat(masked.text()).isEqualTo("::runnel-mask::***\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"say ::runnel-mask::hunter22\n", "::runnel-mask:hunter22\n"})
    void otherLinesRegisterNothing(String line) throws InterruptedException {
        try (Masked masked = Masked.begun()) {
            masked.out(line + "hunter22\n");
            assertThat(masked.text()).isEqualTo(line + "hunter22\n");
        }
    }

    @Test
    void whatCannotBeMaskedIsSaidOnce() throws InterruptedException {
        try (Masked masked = Masked.begun()) {
            masked.out("::runnel-mask::abc\n::runnel-mask::   \nabc\n");
            masked.send(OutputChannel.STDERR, "::runnel-mask::x\n".getBytes(UTF_8));
            assertThat(masked.troubles).hasSize(1).first().asString().contains("fewer than 4");
            assertThat(masked.text()).endsWith("\nabc\n");
            for (int value = 0; value < 300; value++) {
                masked.out("::runnel-mask::%03d-value\n".formatted(value));
            }
            assertThat(masked.troubles).hasSize(2).last().asString().contains("200 values");
            masked.out("001-value 299-value\n");
            assertThat(masked.text()).endsWith("*** 299-value\n");
        }
    }

    @Test
    void aValueThatIsTooLongIsNotShownInItsOwnLine() throws InterruptedException {
        try (Masked masked = Masked.begun()) {
            masked.out("::runnel-mask::" + "secret ".repeat(20_000) + "\nnext\n");
            assertThat(masked.text()).isEqualTo("::runnel-mask::***\nnext\n");
            assertThat(masked.troubles).hasSize(1);
        }
    }

    @Test
    void valuesAreKnownToWhoeverTakesTheRunOver() throws InterruptedException {
        MemoryRegisteredValues values = new MemoryRegisteredValues();
        Run run = Masked.run("from-the-request");
        RunSecrets first = RunSecrets.of(run, values);
        first.register("hunter22");
        assertThat(first.mask("hunter22 from-the-request")).isEqualTo("*** ***");
        Run moved =
                run.after(
                        new RecordedEvent(
                                1, run.createdAt(), RunStateChanged.to(RunState.PENDING)));
        RunSecrets next = RunSecrets.of(moved, values);
        assertThat(next.mask("hunter22 from-the-request")).isEqualTo("*** ***");
    }
}
