package dev.runnel.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.exchange.OutputText.Read;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutputTextTest {
    @Test
    void everyLineIsAVariableAndTheLastOneOfANameCounts() {
        assertThat(values("A=1\n\nB= two = 2 \r\nA=3\nC=\n"))
                .isEqualTo(Map.of("A", "3", "B", " two = 2 ", "C", ""));
    }

    @Test
    void aValueMayHaveSeveralLines() {
        assertThat(values("A<<END\none\n\nB=2\nEND\nC=x<<y\nD<<E\nE\n"))
                .isEqualTo(Map.of("A", "one\n\nB=2", "C", "x<<y", "D", ""));
    }

    @Test
    void theFirstLineOfSeveralMayBeEmpty() {
        assertThat(values("A<<END\n\none\nEND\n")).isEqualTo(Map.of("A", "\none"));
    }

    @Test
    void nothingSaysNothing() {
        assertThat(values("")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "just words           | line 1 is no `NAME=value`",
                "A=1\\nB-C=2          | line 2 is no `NAME=value`",
                "=x                   | line 1 is no `NAME=value`",
                "1A=x                 | line 1 is no `NAME=value`",
                "A=1\\nB<<END\\nx=1   | what begins on line 2 with `<<` has no end",
                "B<<                  | what begins on line 1 with `<<` has no end",
                "A=\\0                | it has a NUL, which no variable can hold"
            })
    void whatCannotBeUnderstoodIsRefused(String text, String why) {
        assertThat(read(text.replace("\\n", "\n").replace("\\0", "\0")))
                .isEqualTo(new Read.Refused(why));
    }

    @Test
    void onlyUtf8IsTaken() {
        assertThat(OutputText.read(StandardCharsets.ISO_8859_1.encode("A=ä")))
                .isEqualTo(new Read.Refused("it is not UTF-8"));
        assertThat(values("A=ä😀")).isEqualTo(Map.of("A", "ä😀"));
    }

    @Test
    void thereIsABoundOfNames() {
        StringBuilder text = new StringBuilder();
        for (int number = 1; number <= OutputText.MOST_VALUES; number++) {
            text.append("A").append(number).append("=x\n");
        }
        assertThat(values(text.toString())).hasSize(OutputText.MOST_VALUES);
        assertThat(read(text + "B=x\n"))
                .isEqualTo(new Read.Refused("it names more than 100 variables"));
    }

    private static Map<String, String> values(String text) {
        assertThat(read(text)).isInstanceOf(Read.Values.class);
        return ((Read.Values) read(text)).byName();
    }

    private static Read read(String text) {
        return OutputText.read(StandardCharsets.UTF_8.encode(text));
    }
}
