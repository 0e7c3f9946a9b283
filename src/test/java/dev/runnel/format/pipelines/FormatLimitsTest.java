package dev.runnel.format.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.format.PipelineFile;
import dev.runnel.format.Reading;
import dev.runnel.format.Selection;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Problem;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is too much, and that too much is refused instead of read. The time limit is there to end a
/// reading that hangs; nothing here comes near it.
@Timeout(60)
class FormatLimitsTest {
    private static final int MEBIBYTE = 1024 * 1024;
    private static final String STEP = "\n    - step: { script: [make] }";
    private static final String HEAD = "image: alpine\npipelines:\n  default:";

    private final RunnelFormat format = new RunnelFormat();

    @Test
    void fileOfOneMebibyteIsReadAndOneByteMoreIsNot() {
        String file = HEAD + STEP + "\n#";
        String padding = "x".repeat(MEBIBYTE - file.length());
        assertThat(accepted(file + padding).steps()).hasSize(1);
        assertThat(codes(file + padding + "x")).containsExactly("file-too-large");
    }

    @Test
    void tenThousandStepsAreReadAndOneMoreIsNot() {
        assertThat(accepted(HEAD + STEP.repeat(10_000)).steps()).hasSize(10_000);
        assertThat(codes(HEAD + STEP.repeat(10_001))).containsExactly("too-many-steps");
    }

    @Test
    void tenThousandCellsAreReadAndOneMoreIsNot() {
        String values = "[0,1,2,3,4,5,6,7,8,9]";
        String step =
                "\n    - step: { script: [x], needs: [], name: %s, matrix: {A: @, B: @, C: @} }"
                        .replace("@", values);
        String ten =
                IntStream.range(0, 10)
                        .mapToObj(number -> step.formatted("n" + number))
                        .collect(Collectors.joining());
        assertThat(accepted(HEAD + ten).steps()).hasSize(10_000);
        assertThat(codes(HEAD + ten + STEP)).containsExactly("too-many-steps");
    }

    @Test
    void matrixOfAMillionCellsIsRefused() {
        String values = "[0,1,2,3,4,5,6,7,8,9]";
        String matrix =
                IntStream.range(0, 6)
                        .mapToObj(axis -> "V" + axis + ": " + values)
                        .collect(Collectors.joining(", "));
        assertThat(refused(HEAD + "\n    - step: { script: [make], matrix: {" + matrix + "} }"))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.code()).isEqualTo("matrix-too-large");
                    assertThat(problem.message()).contains("1000000 cells");
                });
        String endless = matrix.replace("V", "W") + ", " + matrix;
        assertThat(codes(HEAD + "\n    - step: { script: [make], matrix: {" + endless + "} }"))
                .containsExactly("matrix-too-large");
    }

    @Test
    void stepsThatAllWaitForAllAreRefused() {
        String group = "\n    - parallel:" + STEP.replace("    -", "        -").repeat(1_000);
        assertThat(codes(HEAD + group.repeat(2))).containsExactly("pipeline-too-large");
    }

    @Test
    void largeEnvironmentOfManyStepsIsRefused() {
        String env = "env: { A: " + "x".repeat(30_000) + " }\n";
        assertThat(codes(env + HEAD + STEP.repeat(1_000))).containsExactly("pipeline-too-large");
    }

    @Test
    void manyDifferentExpressionsAreRefused() {
        String steps =
                IntStream.range(0, 1_500)
                        .mapToObj(i ->
                                "\n    - step: { script: [x], when: ref == '%d' }".formatted(i))
                        .collect(Collectors.joining());
        assertThat(codes(HEAD + steps)).contains("pipeline-too-large");
    }

    @Test
    void thousandCommandsInAStepAreReadAndOneMoreIsNot() {
        assertThat(accepted(script("\n          - make".repeat(1_000))).step(1).script())
                .hasSize(1_000);
        assertThat(codes(script("\n          - make".repeat(1_001))))
                .containsExactly("too-many-commands");
    }

    @Test
    void tenThousandCommandsInAFileAreReadAndMoreAreNot() {
        String step = "\n    - step: { script: [" + "make,".repeat(1_000) + "] }";
        assertThat(accepted(HEAD + step.repeat(10)).steps()).hasSize(10);
        assertThat(codes(HEAD + step.repeat(10) + STEP)).containsExactly("too-many-commands");
    }

    @Test
    void commandOf64KibibytesIsReadAndOneByteMoreIsNot() {
        // two bytes each, and the limit is on bytes
        String longest = "é".repeat(32 * 1024);
        assertThat(accepted(script("\n          - " + longest)).step(1).script())
                .containsExactly(longest);
        assertThat(codes(script("\n          - " + longest + "x")))
                .containsExactly("command-too-long");
    }

    @Test
    void nameOf255CharactersIsReadAndOneMoreIsNot() {
        String file = HEAD + "\n    - step: { script: [make], name: %s }";
        assertThat(accepted(file.formatted("n".repeat(255))).step(1).name()).hasSize(255);
        assertThat(codes(file.formatted("n".repeat(256)))).containsExactly("bad-name");
    }

    @Test
    void fiftyLevelsAreReadAndOneMoreIsNot() {
        // the list of levels is itself inside one mapping
        assertThat(codes("image: " + "[".repeat(49) + "]".repeat(49)))
                .containsExactly("missing-pipelines", "wrong-type");
        assertThat(codes("image: " + "[".repeat(50) + "]".repeat(50)))
                .containsExactly("nesting-too-deep");
    }

    @Test
    void levelsThatAliasesAddCount() {
        String file =
                "a: &a "
                        + "[".repeat(30)
                        + "]".repeat(30)
                        + "\nb: &b "
                        + "[".repeat(30)
                        + "*a"
                        + "]".repeat(30);
        assertThat(codes(file)).containsExactly("nesting-too-deep");
    }

    @Test
    void chainOfAliasesThatIsDeeperThanAnyStackIsRefused() {
        String chain =
                IntStream.range(1, 20_000)
                        .mapToObj(i -> "- &a%d [[[[[*a%d]]]]]\n".formatted(i, i - 1))
                        .collect(Collectors.joining("", "- &a0 [x]\n", ""));
        assertThat(codes(chain)).containsExactly("nesting-too-deep");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{", "- ", "? ", "[[{", "{a: ", "- - ? "})
    void openingWithoutEndIsRefused(String opening) {
        assertThat(codes(opening.repeat(MEBIBYTE / opening.length())))
                .containsExactly("nesting-too-deep");
    }

    @Test
    void billionLaughsAreRefusedWithTheirPlace() {
        String laughs =
                IntStream.range(1, 40)
                        .mapToObj(i -> "a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1))
                        .collect(Collectors.joining("", "a0: &a0 [ha, ha]\n", HEAD + STEP));
        List<Problem> problems = refused(laughs);
        assertThat(problems).extracting(Problem::code).containsExactly("alias-bomb");
        assertThat(problems.getFirst().line()).isBetween(14, 17);
    }

    @Test
    void billionMergesAreRefused() {
        String merges =
                IntStream.range(1, 40)
                        .mapToObj(i ->
                                "a%d: &a%d { <<: [*a%d, *a%d] }\n".formatted(i, i, i - 1, i - 1))
                        .collect(Collectors.joining("", "a0: &a0 { name: x }\n", HEAD + STEP));
        assertThat(codes(merges)).containsExactly("alias-bomb");
    }

    @Test
    void longCommandThatAliasesRepeatIsRefused() {
        String file =
                HEAD
                        + "\n    - step: { script: [&long "
                        + "x".repeat(60_000)
                        + ", *long".repeat(900)
                        + "] }";
        assertThat(codes(file)).containsExactly("alias-bomb");
    }

    @Test
    void scriptThatAliasesRepeatIsRefused() {
        String file =
                HEAD
                        + "\n    - step: { script: &long ["
                        + "x, ".repeat(999)
                        + "] }"
                        + "\n    - step: { script: *long }".repeat(999);
        assertThat(codes(file)).containsExactly("alias-bomb");
    }

    @Test
    void afterAHundredProblemsTheRestIsCounted() {
        String file =
                IntStream.range(0, 60_000)
                        .mapToObj(i -> "scirpt%d: 1\n".formatted(i))
                        .collect(Collectors.joining("", "", HEAD + STEP));
        List<Problem> problems = refused(file);
        assertThat(problems).hasSize(101);
        assertThat(problems.getLast().code()).isEqualTo("too-many-problems");
        assertThat(problems.getLast().message()).contains("59900 more");
    }

    @Test
    void faultyStepsBeyondTheHundredthProblemAreRefusedToo() {
        List<Problem> problems = refused(HEAD + "\n    - step: { script: [] }".repeat(200));
        assertThat(problems).hasSize(101);
        assertThat(problems.getLast().message()).contains("100 more");
    }

    @Test
    void keysWithoutEndDoNotMakeProblemsWithoutEnd() {
        String key = "k".repeat(50_000);
        String file =
                IntStream.range(0, 15)
                        .mapToObj(i -> "? " + i + key + "\n: 1\n")
                        .collect(Collectors.joining("", "", HEAD + STEP));
        assertThat(refused(file))
                .hasSize(15)
                .allSatisfy(problem -> assertThat(problem.toLine()).hasSizeLessThan(300))
                .allSatisfy(problem -> assertThat(problem.path()).hasSizeLessThan(200));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "x ",
                "'",
                "\"",
                "\\",
                "- x\n",
                "x: 1\n",
                "x:\n",
                "#",
                "#\n",
                "\n",
                "\r",
                "&a ",
                "*a ",
                "!a ",
                "!!str ",
                "a,",
                "[],",
                "|\n",
                ">-\n",
                "\t",
                "---\n",
                "...\n",
                "%YAML ",
                "? ",
                ": ",
                "0",
                "0_",
                "1:",
                "2024-",
                "é",
                "🚀",
                "{}\n",
                "[{a: *a},",
                "\u2028",
                "? - ",
                "<<: ",
                "'' ",
                "\"\\x",
                "%",
                "&",
                "*",
                "!",
                "@",
                "`"
            })
    void endlessRepetitionOfAnythingIsRefused(String piece) {
        String endless = piece.repeat(MEBIBYTE / 4 / piece.getBytes(StandardCharsets.UTF_8).length);
        assertThat(refused(endless)).isNotEmpty();
        assertThat(refused("[" + endless)).isNotEmpty();
        assertThat(refused("x: \"" + endless)).isNotEmpty();
        assertThat(refused("x: |\n " + endless)).isNotEmpty();
    }

    private static String script(String entries) {
        return HEAD + "\n    - step:\n        script:" + entries;
    }

    private Pipeline accepted(String text) {
        Reading reading = read(text);
        assertThat(reading).isInstanceOf(Reading.Accepted.class);
        return ((Reading.Accepted) reading).pipeline();
    }

    private List<String> codes(String text) {
        return refused(text).stream().map(Problem::code).toList();
    }

    private List<Problem> refused(String text) {
        Reading reading = read(text);
        assertThat(reading).isInstanceOf(Reading.Refused.class);
        return ((Reading.Refused) reading).problems();
    }

    private Reading read(String text) {
        return format.read(
                new PipelineFile("fxq-pipeline.yml", text.getBytes(StandardCharsets.UTF_8)),
                Selection.DEFAULT);
    }
}
