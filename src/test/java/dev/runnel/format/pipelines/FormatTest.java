package dev.runnel.format.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.format.PipelineFile;
import dev.runnel.format.Reading;
import dev.runnel.format.Selection;
import dev.runnel.pipeline.Problem;
import dev.runnel.run.Reason;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FormatTest {
    private static final String LIST =
            """
            image: alpine
            pipelines:
              %s:
                - step:
                    script: [make]
            """;

    private final RunnelFormat format = new RunnelFormat();

    @Test
    void ymlIsWantedMoreThanYaml() {
        assertThat(format.fileNames())
                .containsExactly(
                        "fxq-pipeline.yml",
                        "fxq-pipeline.yaml",
                        "runnel.yml",
                        "runnel.yaml",
                        "bitbucket-pipelines.yml");
    }

    @ParameterizedTest
    @ValueSource(strings = {"default", "steps"})
    void pipelineIsCalledDefaultInBothShapes(String key) {
        Reading reading = read(LIST.formatted(key), Optional.of("default"));
        assertThat(reading)
                .isInstanceOfSatisfying(
                        Reading.Accepted.class,
                        accepted -> assertThat(accepted.pipeline().name()).isEqualTo("default"));
        assertThat(reading).isEqualTo(read(LIST.formatted(key), Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nightly", "steps", "", "Default"})
    void pipelineThatIsNotThereIsRefusedWithTheNamesThereAre(String wanted) {
        List<Problem> problems = problems(LIST.formatted("steps"), Optional.of(wanted));
        assertThat(problems)
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.code()).isEqualTo("unknown-pipeline");
                    assertThat(problem.line()).isEqualTo(3);
                    assertThat(problem.message()).contains("`" + wanted + "`");
                    assertThat(problem.hint()).contains("`default`");
                });
    }

    @Test
    void unknownPipelineHidesNoOtherProblem() {
        String file = LIST.formatted("default") + "other: 1\n";
        assertThat(problems(file, Optional.of("nightly")))
                .extracting(Problem::code)
                .containsExactly("unknown-pipeline", "unknown-key");
    }

    @Test
    void problemsNameTheFileThatWasRead() {
        Reading reading =
                format.read(new PipelineFile("fxq-pipeline.yaml", new byte[0]), Selection.DEFAULT);
        assertThat(reading)
                .isInstanceOfSatisfying(
                        Reading.Refused.class,
                        refused ->
                                assertThat(refused.problems())
                                        .extracting(Problem::file)
                                        .containsExactly("fxq-pipeline.yaml"));
    }

    @Test
    void whatCanBeTriedAgainAreReasons() {
        assertThat(FlowReader.REASONS)
                .allSatisfy(code -> assertThat(Reason.parse(code)).isPresent());
    }

    private List<Problem> problems(String text, Optional<String> wanted) {
        Reading reading = read(text, wanted);
        assertThat(reading).isInstanceOf(Reading.Refused.class);
        return ((Reading.Refused) reading).problems();
    }

    private Reading read(String text, Optional<String> wanted) {
        return format.read(
                new PipelineFile("fxq-pipeline.yml", text.getBytes(StandardCharsets.UTF_8)),
                Selection.named(wanted));
    }
}
