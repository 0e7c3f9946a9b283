package dev.runnel.aerunner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import dev.runnel.run.OutputLine.End;
import dev.runnel.run.RunEvent;
import dev.runnel.run.StepState;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OutputsSoFarTest {
    private final OutputsSoFar outputs = new OutputsSoFar(OutputsSoFar.USUAL_LIMIT);

    @Test
    void linesEndAsOnATerminal() {
        print(1, "one", End.NEWLINE);
        print(1, "50 %", End.RETURN);
        print(1, "rest", End.NONE);
        assertThat(outputs.of(1, 1)).containsExactly("one\r\n", "50 %\r", "rest");
    }

    @Test
    void piecesOfOneLineAreJoinedAlsoWhenTheOtherStreamComesBetween() {
        print(1, "be", End.NONE);
        outputs.add(
                new RunEvent.OutputWritten(1, 1, OutputChannel.STDERR, OutputLine.of("warning")));
        print(1, "gin", End.NEWLINE);
        assertThat(outputs.of(1, 1)).containsExactly("begin\r\n", "warning\r\n");
    }

    @Test
    void commandsAreToldApart() {
        print(1, "first", End.NEWLINE);
        print(2, "second", End.NEWLINE);
        assertThat(outputs.of(1, 1)).containsExactly("first\r\n");
        assertThat(outputs.of(1, 2)).containsExactly("second\r\n");
        assertThat(outputs.of(2, 1)).isEmpty();
    }

    @Test
    void aNewAttemptForgetsTheOneBefore() {
        print(1, "first attempt", End.NEWLINE);
        outputs.add(
                new RunEvent.StepStateChanged(
                        1,
                        "step",
                        2,
                        StepState.IN_PROGRESS,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()));
        print(1, "second attempt", End.NEWLINE);
        assertThat(outputs.of(1, 1)).containsExactly("second attempt\r\n");
    }

    @Test
    void theOldestLinesGoFirstAndTheirCommandSaysSo() {
        OutputsSoFar small = new OutputsSoFar(400);
        for (int line = 1; line <= 10; line++) {
            small.add(output(line <= 5 ? 1 : 2, "line " + line, End.NEWLINE));
        }
        List<String> first = small.of(1, 1);
        assertThat(first).startsWith("[1 earlier lines left out]\r\n").endsWith("line 5\r\n");
        assertThat(first).hasSize(5);
        assertThat(small.of(1, 2)).hasSize(5).startsWith("line 6\r\n").endsWith("line 10\r\n");
    }

    @Test
    void whatHasNoLineEndIsCutIntoElements() {
        for (int piece = 0; piece < 200; piece++) {
            print(1, "x".repeat(16 * 1024), End.NONE);
        }
        assertThat(outputs.of(1, 1))
                .first()
                .asString()
                .matches("\\[\\d+ earlier lines left out]\r\n");
        assertThat(String.join("", outputs.of(1, 1)).length())
                .isBetween(OutputsSoFar.USUAL_LIMIT / 2, OutputsSoFar.USUAL_LIMIT + 100);
    }

    private void print(int command, String text, End end) {
        outputs.add(output(command, text, end));
    }

    private static RunEvent output(int command, String text, End end) {
        return new RunEvent.OutputWritten(
                1, command, OutputChannel.STDOUT, new OutputLine(text, end, false));
    }
}
