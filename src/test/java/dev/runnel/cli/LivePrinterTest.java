package dev.runnel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runnel.terminal.Style;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// What the author of a repository can do to the terminal of whoever watches: colour its text.
class LivePrinterTest {

    private static final Style TERMINAL = new Style(true, true);
    private static final Style PLAIN = new Style(false, false);
    // in JSON
    private static final String TITLE = "\\u001b]0;title\\u0007";
    private static final String CLEAR = "\\u001b[2J";
    private static final String GREEN = "\\u001b[32m";

    private final StringWriter out = new StringWriter();

    @Test
    void outputMayColourATerminalAndNothingElse() {
        LivePrinter printer = printer(TERMINAL, false);
        printer.print("output", output("stdout", TITLE + CLEAR + GREEN + "go", ""));

        assertThat(out.toString()).isEqualToNormalizingNewlines("  \u001b[32mgo\u001b[0m\n");
    }

    @Test
    void outputIsPlainWhereNothingElseHasColours() {
        LivePrinter printer = printer(PLAIN, false);
        printer.print("output", output("stdout", TITLE + CLEAR + GREEN + "go", ""));

        assertThat(out.toString()).isEqualToNormalizingNewlines("  go\n");
    }

    @Test
    void aSequenceThatComesInTwoPiecesIsOne() {
        LivePrinter printer = printer(TERMINAL, false);
        printer.print("output", output("stdout", "a\\u001b]0;ti", ",\"partial\":true"));
        printer.print("output", output("stderr", "other", ""));
        printer.print("output", output("stdout", "tle\\u0007b", ""));

        assertThat(out.toString()).contains("a").contains("b").doesNotContain("tle", "\u001b]");
    }

    @Test
    void rawOutputIsLeftAsItIs() {
        LivePrinter printer = printer(PLAIN, true);
        printer.print("output", output("stdout", TITLE + "x", ""));

        assertThat(out.toString()).isEqualToNormalizingNewlines("  \u001b]0;title\u0007x\n");
    }

    @Test
    void namesAndMessagesAreHarmlessToo() {
        LivePrinter printer = printer(PLAIN, true);
        printer.print(
                "step.state",
                event("\"step\":1,\"state\":\"IN_PROGRESS\",\"name\":\"" + TITLE + "Build\""));
        printer.print("command.started", event("\"instruction\":\"echo " + CLEAR + "x\\nsecond\""));
        printer.print(
                "progress", event("\"activity\":\"pull\",\"message\":\"" + CLEAR + "alpine\""));
        printer.print(
                "problem",
                event(
                        "\"severity\":\"error\",\"file\":\"f\",\"line\":1,\"column\":2,\"message\":\""
                                + CLEAR
                                + "bad\",\"hint\":\""
                                + CLEAR
                                + "better\""));
        printer.print(
                "run.state",
                event("\"state\":\"FAILED\",\"reason\":\"x\",\"message\":\"" + CLEAR + "why\""));
        printer.print("end", event("\"state\":\"FAILED\""));

        assertThat(out.toString())
                .contains("Build", "$ echo x …", "pull: alpine", "f:1:2: bad", "better", "x: why")
                .doesNotContain("\u001b");
    }

    @Test
    void theLogOnATerminalIsHarmless() throws IOException {
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        String log = "\u001b]52;c;Zm9v\u0007one\r\u001b[32mtwo ä\n\u001b[5;5Hthree";
        LogsCommand.show(
                new ByteArrayInputStream(log.getBytes(StandardCharsets.UTF_8)),
                TERMINAL,
                new PrintStream(shown, true, StandardCharsets.UTF_8));

        assertThat(shown.toString(StandardCharsets.UTF_8))
                .isEqualTo("one\r\u001b[32mtwo ä\u001b[0m\nthree");
    }

    @Test
    void linesOfStepsThatRunAtTheSameTimeSayOfWhichTheyAre() {
        LivePrinter printer = printer(PLAIN, false);
        printer.print("output", output("stdout", "alone", ""));
        for (int step = 1; step <= 2; step++) {
            printer.print(
                    "step.state",
                    event("\"step\":" + step + ",\"state\":\"IN_PROGRESS\",\"name\":\"x\""));
        }
        printer.print("output", output("stdout", "half", ",\"partial\":true"));
        printer.print(
                "output", event("\"step\":2,\"command\":1,\"stream\":\"stdout\",\"line\":\"b\""));

        assertThat(out.toString()).contains("  alone\n").endsWith("[1] half\n[2] b\n");
    }

    @Test
    void aStepThatWaitsSaysForWhat() {
        LivePrinter printer = printer(PLAIN, false);
        printer.print("step.waiting", event("\"step\":2,\"name\":\"deploy\",\"for\":\"approval\""));
        assertThat(out.toString()).contains("step 2 deploy waits for approval");
    }

    private LivePrinter printer(Style style, boolean raw) {
        return new LivePrinter(new PrintWriter(out, true), style, raw);
    }

    private static JsonNode output(String stream, String line, String more) {
        return event(
                "\"step\":1,\"command\":1,\"stream\":\""
                        + stream
                        + "\",\"line\":\""
                        + line
                        + "\""
                        + more);
    }

    private static JsonNode event(String fields) {
        try {
            return new ObjectMapper()
                    .readTree("{\"at\":\"2026-11-22T10:00:00.000000Z\"," + fields + "}");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
