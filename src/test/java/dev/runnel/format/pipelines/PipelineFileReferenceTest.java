package dev.runnel.format.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.format.PipelineFile;
import dev.runnel.format.Reading;
import dev.runnel.format.Selection;
import dev.runnel.pipeline.Problem;
import dev.runnel.yaml.Level;
import dev.runnel.yaml.ProblemCode;
import dev.runnel.yaml.YamlCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Keeps `docs/reference/pipeline-file.md` true: its examples are read, and what it says that
/// Runnel says is what Runnel says.
class PipelineFileReferenceTest {
    private static final String PROBLEMS = "\n## Problems\n";
    private static final Pattern EXAMPLE = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);
    private static final Pattern FAULTY_EXAMPLE =
            Pattern.compile("```yaml\n([^`]*?)```\n\n```text\n(.*?)\n```", Pattern.DOTALL);
    private static final Pattern CODE_HEADING = Pattern.compile("(?m)^### `([a-z0-9-]+)`$");

    private final String document = read();

    @Test
    void everyCodeHasItsSectionAndNoSectionIsForAnother() {
        assertThat(
                        CODE_HEADING
                                .matcher(problems())
                                .results()
                                .map(heading -> heading.group(1))
                                .toList())
                .containsExactlyInAnyOrderElementsOf(
                        Stream.<ProblemCode>concat(
                                        Arrays.stream(YamlCode.values()),
                                        Arrays.stream(Code.values()))
                                .map(ProblemCode::word)
                                .toList());
    }

    @Test
    void everyKeyIsNamed() {
        for (Level level : Keys.ALL) {
            assertThat(level.names())
                    .allSatisfy(key -> assertThat(document).contains("`" + key + "`"));
            assertThat(level.others().keySet())
                    .allSatisfy(key -> assertThat(document).contains("`" + key + "`"));
        }
    }

    @Test
    void examplesOfWhatRunsAreAccepted() {
        List<MatchResult> examples =
                EXAMPLE.matcher(document.substring(0, problemsStart())).results().toList();
        assertThat(examples).isNotEmpty();
        for (MatchResult example : examples) {
            assertThat(reading(example.group(1))).isInstanceOf(Reading.Accepted.class);
        }
    }

    @Test
    void examplesOfProblemsSayWhatTheReaderSays() {
        List<MatchResult> examples = FAULTY_EXAMPLE.matcher(problems()).results().toList();
        assertThat(examples).hasSameSizeAs(EXAMPLE.matcher(problems()).results().toList());
        for (MatchResult example : examples) {
            assertThat(refusal(example.group(1)))
                    .extracting(Problem::toLine)
                    .containsExactlyElementsOf(example.group(2).lines().toList());
        }
    }

    @Test
    void exampleInTheSectionOfACodeHasThatCode() {
        List<String> withoutExample = new ArrayList<>();
        for (String section : problems().split("\n### ", -1)) {
            Optional<MatchResult> example = FAULTY_EXAMPLE.matcher(section).results().findFirst();
            String code = section.substring(1, Math.max(1, section.indexOf('`', 1)));
            if (example.isPresent()) {
                assertThat(refusal(example.get().group(1)))
                        .extracting(Problem::code)
                        .contains(code);
            } else if (section.startsWith("`")) {
                withoutExample.add(code);
            }
        }
        // what no short text can show
        assertThat(withoutExample)
                .containsExactly(
                        "file-too-large",
                        "not-utf8",
                        "unknown-pipeline",
                        "too-many-steps",
                        "pipeline-too-large",
                        "too-many-commands",
                        "command-too-long",
                        "too-many-problems");
    }

    private int problemsStart() {
        return document.indexOf(PROBLEMS);
    }

    private String problems() {
        return document.substring(problemsStart());
    }

    private static List<Problem> refusal(String text) {
        Reading reading = reading(text);
        assertThat(reading).as(text).isInstanceOf(Reading.Refused.class);
        return ((Reading.Refused) reading).problems();
    }

    private static Reading reading(String text) {
        return new RunnelFormat()
                .read(
                        new PipelineFile("fxq-pipeline.yml", text.getBytes(StandardCharsets.UTF_8)),
                        Selection.DEFAULT);
    }

    private static String read() {
        try {
            return Files.readString(Path.of("docs/reference/pipeline-file.md"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
