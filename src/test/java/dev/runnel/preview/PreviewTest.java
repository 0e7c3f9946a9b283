package dev.runnel.preview;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.format.PipelineFile;
import dev.runnel.format.Selection;
import dev.runnel.preview.Preview.Plan;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class PreviewTest {
    private static final String FILE =
            """
            image: alpine
            definitions: { services: { db: { image: postgres } } }
            pipelines:
              default:
                - step: { name: Fetch, script: [a], retry: 2, timeout: 90s }
                - parallel:
                    fail-fast: true
                    steps:
                      - step: { name: 'Test "A" <#1>', script: [b], services: [db] }
                      - step: { name: Lint, script: [c], when: branch == 'main' }
                - step: { name: Deploy, script: [d], trigger: manual, allow-failure: true }
                - step: { name: Clean, script: [e], finally: true }
            """;

    private final Preview preview = Preview.ofInstalled();

    @TempDir private Path folder;

    @Test
    void textIsATableOfTheSteps() {
        assertThat(plan(FILE).text())
                .isEqualTo(
                        """
                        pipeline default: 5 steps
                         1  Fetch          alpine  at once, tried again 2x, at most 1m30s
                         2  Test "A" <#1>  alpine  after 1, failing stops 3, with db
                         3  Lint           alpine  after 1, when branch == 'main', failing stops 2
                         4  Deploy         alpine  after 2-3, after approval, may fail
                         5  Clean          alpine  after 1-4, always
                        """);
    }

    @Test
    void aStepThatBecomesSeveralIsOneNode() {
        String file =
                """
                image: alpine
                pipelines:
                  default:
                    - step: { name: Split, script: [a], output-variables: [PARTS] }
                    - step: { name: Work, script: [b], foreach: { in: PARTS, max-parallel: 4 } }
                    - step: { name: Also, script: [c], foreach: [x, y] }
                """;
        assertThat(plan(file).text())
                .isEqualTo(
                        """
                        pipeline default: 3 steps
                         1  Split  alpine  at once
                         2  Work   alpine  after 1, each of PARTS, 4 at a time
                         3  Also   alpine  after 2, each of 2 items
                        """);
        assertThat(plan(file).mermaid()).contains("s2[[\"2 Work\"]]");
    }

    @Test
    void mermaidHasABoxForEachStepAndNamesThatMeanNothingToIt() {
        assertThat(plan(FILE).mermaid())
                .startsWith(
                        """
                        flowchart LR
                          s1["1 Fetch"]
                          s2["2 Test #34;A#34; #60;#35;1#62;"]
                          s3["3 Lint"]
                          s4{{"4 Deploy"}}
                          s5(["5 Clean"])
                          s1 --> s2
                          s1 -.-> s3
                          s2 --> s4
                        """);
    }

    @Test
    void jsonSaysHowManyHaveToEndBefore() {
        assertThat(plan(FILE).json().at("/plan/steps"))
                .extracting(step -> step.path("wave").asInt())
                .containsExactly(1, 2, 2, 3, 4);
    }

    @Test
    void rangesAreShort() {
        assertThat(PlanText.ranges(List.of(1, 2, 3, 5, 7, 8))).isEqualTo("1-3 5 7-8");
    }

    @Test
    void commandsPrintWhatTheApiSaysAndEndWithTheOutcome() throws IOException {
        Path good = Files.writeString(folder.resolve("good.yml"), FILE);
        Path bad = Files.writeString(folder.resolve("bad.yml"), FILE.replace("script", "scirpt"));
        assertThat(run(new PlanCommand(), good.toString())).isEqualTo("0 " + plan(FILE).text());
        assertThat(run(new PlanCommand(), good.toString(), "--format=mermaid"))
                .isEqualTo("0 " + plan(FILE).mermaid());
        assertThat(run(new LintCommand(), good.toString())).isEqualTo("0 0 errors, 0 warnings\n");
        assertThat(run(new LintCommand(), bad.toString()))
                .startsWith("1 " + bad + ":5:28: error unknown-key: ")
                .endsWith("5 errors, 0 warnings\n");
        assertThat(run(new PlanCommand(), good.toString(), "--pipeline=no"))
                .startsWith("1 ")
                .contains("unknown-pipeline");
        assertThat(run(new LintCommand(), folder.resolve("none").toString())).isEqualTo("2 ");
        assertThat(run(new PlanCommand(), good.toString(), "--format=xml")).isEqualTo("2 ");
    }

    private static String run(Object command, String... words) {
        StringWriter out = new StringWriter();
        int code =
                new CommandLine(command)
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(new StringWriter()))
                        .execute(words);
        return code + " " + out;
    }

    private Plan plan(String text) {
        return preview.plan(
                new PipelineFile("fxq-pipeline.yml", text.getBytes(StandardCharsets.UTF_8)),
                Selection.DEFAULT);
    }
}
