package dev.runnel.condition;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpressionTest {
    private static final Facts FACTS =
            new Facts(
                    Map.of("DAY", "monday", "COUNT", "3"),
                    Optional.of("main"),
                    Optional.of("main"),
                    Optional.empty(),
                    Set.of("docs/a.md", "src/b.c"),
                    Map.of("Build", "failed", "Lint", "successful"),
                    Map.of("Lint", Map.of("FAULTS", "7")));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "true",
                "outputs['Lint'].FAULTS == '7' && int(outputs.Lint.FAULTS) > 6",
                "!('Build' in outputs) && !has(outputs.Lint.OTHER)",
                "variables.DAY == 'monday' && branch == 'main'",
                "variables['DAY'].startsWith(\"mon\")",
                "branch in ['main', 'develop']",
                "tag == ''",
                "ref.matches('^ma')",
                "int(variables.COUNT) > 2",
                "changed.exists(path, path.glob('docs/**'))",
                "!changed.all(path, path.glob('**/*.md'))",
                "outcomes['Build'] == 'failed' && outcomes.Lint != 'failed'",
                "!has(variables.NOT_THERE)",
                "!('NOT_THERE' in variables)",
                "has(variables.NOT_THERE) && variables.NOT_THERE == 'x' || true",
            })
    void holds(String text) {
        assertThat(verdict(text)).isEqualTo(new Verdict.Holds());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "false",
                "variables.DAY == 'Monday'",
                "branch.glob('release/*')",
                "variables.NOT_THERE == 'x'",
                "variables['NOT_THERE'] != ''",
                "has(variables.NOT_THERE) && variables.NOT_THERE == 'x'",
            })
    void doesNotHold(String text) {
        assertThat(verdict(text)).isEqualTo(new Verdict.DoesNotHold());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "int(variables.DAY) > 2 | monday",
                "1 / 0 == 1 | zero",
                "outcomes['Deploy'] == 'failed' | Deploy",
                "branch.matches('[') | missing closing ]",
            })
    void whatCannotBeToldIsAFault(String text, String words) {
        assertThat(verdict(text))
                .isInstanceOfSatisfying(
                        Verdict.Fault.class, fault -> assertThat(fault.message()).contains(words));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "brnch == 'main' | 1 | undeclared reference to 'brnch'",
                "true && tagg == '' | 9 | undeclared reference to 'tagg'",
                "1 + 1 | 3 | expected type 'bool' but found 'int'",
                "branch == | 10 | the expression ends too early",
                "branch == 'a' ) | 15 | extraneous input ')'",
                "changed.map(x, x) == [] | 12 | undeclared reference to 'map'",
                "'' | 0 | the expression is blank",
            })
    void refusalSaysWhatAndWhere(String text, int column, String message) {
        assertThat(Expression.parse(text)).isEqualTo(new Parsed.Refused(message, column));
    }

    @Test
    void columnCountsTheLinesBefore() {
        assertThat(Expression.parse("true &&\n  brnch == 'x'"))
                .isEqualTo(new Parsed.Refused("undeclared reference to 'brnch'", 11));
    }

    @Test
    void stepsItAsksForAreKnown() {
        assertThat(accepted("outcomes['A b'] == 'failed' || outcomes.C == '' || 'D' in outcomes"))
                .extracting(Expression::steps)
                .isEqualTo(Set.of("A b", "C", "D"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "changed.all(a, changed.all(b, changed.all(c, changed.all(d, a != 'z'))))",
                "changed.all(a, changed.all(b, a.contains(variables.LONG) || b != variables.LONG))",
                "changed.all(a, variables.LONG.matches('(((a*)*)*)*b') || true)",
            })
    @Timeout(30)
    void expressionWithTooMuchWorkIsAFaultSoon(String text) {
        Facts large =
                new Facts(
                        Map.of("LONG", "a".repeat(32 * 1024)),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        IntStream.range(0, 20_000)
                                .mapToObj(number -> "folder/file" + number)
                                .collect(Collectors.toSet()),
                        Map.of(),
                        Map.of());
        Expression expression = accepted(text);
        long started = System.nanoTime();
        assertThat(expression.evaluate(large)).isInstanceOf(Verdict.Fault.class);
        assertThat(Duration.ofNanos(System.nanoTime() - started))
                .isLessThan(Duration.ofSeconds(10));
    }

    @ParameterizedTest
    @ValueSource(strings = {"(", "[", "{", "!", "-", "a.", "true && ", "x ? ", "'", "{'a':"})
    @Timeout(30)
    void repeatedTextIsRefusedOrReadWithoutAnError(String piece) {
        for (int times : new int[] {1, 31, 33, 100, 1_000, 100_000}) {
            assertThat(Expression.parse(piece.repeat(times))).isNotNull();
            assertThat(Expression.parse(piece.repeat(times) + "true")).isNotNull();
        }
    }

    @Test
    @Timeout(60)
    void mixedTextIsRefusedOrReadWithoutAnError() {
        String[] words = {
            "variables",
            ".",
            "DAY",
            "'x'",
            "==",
            "&&",
            "||",
            "(",
            ")",
            "[",
            "]",
            "in",
            "!",
            "?",
            ":",
            "changed",
            ".exists(p, ",
            "p",
            "1",
            "0",
            "/",
            "%",
            "\"",
            "\\",
            "\n",
            "\u0000",
            "é",
            "{",
            "}",
            "has(",
            "outcomes",
            "-9223372036854775808",
            "1e999",
            "b'x'",
            "type(",
            "\ud800"
        };
        Random random = new Random(7);
        for (int round = 0; round < 2_000; round++) {
            String text =
                    IntStream.range(0, 1 + random.nextInt(12))
                            .mapToObj(_ -> words[random.nextInt(words.length)])
                            .collect(Collectors.joining(random.nextBoolean() ? " " : ""));
            if (Expression.parse(text) instanceof Parsed.Accepted(Expression expression)) {
                assertThat(expression.evaluate(FACTS)).isNotNull();
            }
        }
    }

    private static Verdict verdict(String text) {
        return accepted(text).evaluate(FACTS);
    }

    private static Expression accepted(String text) {
        Parsed parsed = Expression.parse(text);
        assertThat(parsed).isInstanceOf(Parsed.Accepted.class);
        return ((Parsed.Accepted) parsed).expression();
    }
}
