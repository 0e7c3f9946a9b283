package dev.runnel.logtext;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExpressionSizeTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
                "\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?Z",
                "a{1000}",
                "^\\s*(error|warning)\\b.*$",
                "a{,5}",
                "{",
                "[]a{9}]",
                "\\{5}"
            })
    void usualExpressionsAreSmall(String expression) {
        assertThat(ExpressionSize.of(expression)).isLessThan(ExpressionSize.MOST / 5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(a{1000}){1000}",
                "((a{30}){30}){30}",
                "(?:(?:x{100}){100}){10}",
                "((a{2}){1000}(b{900}){12})",
                "(([ab]{100}){10,}){100}"
            })
    void repetitionsOfRepetitionsAreLarge(String expression) {
        assertThat(ExpressionSize.of(expression)).isGreaterThan(ExpressionSize.MOST);
    }

    @Test
    void noProgramIsMuchLargerThanItsExpressionIsSaidToBe() {
        Random random = new Random(11);
        for (int round = 0; round < 3000; round++) {
            String expression = expression(random, 4);
            long size = ExpressionSize.of(expression);
            if (size <= 3000) {
                assertThat(Pattern.compile(expression).programSize())
                        .as(expression)
                        .isLessThanOrEqualTo((int) (6 * size + 20));
            }
        }
    }

    private static String expression(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 3 : 7)) {
            case 0 -> "a";
            case 1 -> "\\.";
            case 2 -> "[a-c]";
            case 3 -> "(" + expression(random, depth - 1) + "){" + random.nextInt(1, 30) + "}";
            case 4 -> "(" + expression(random, depth - 1) + "){1," + random.nextInt(1, 20) + "}";
            case 5 -> expression(random, depth - 1) + expression(random, depth - 1);
            default -> "(?:" + expression(random, depth - 1) + "|b)*";
        };
    }
}
