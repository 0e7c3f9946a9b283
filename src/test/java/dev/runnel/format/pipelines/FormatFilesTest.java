package dev.runnel.format.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runnel.format.PipelineFile;
import dev.runnel.format.Reading;
import dev.runnel.format.Selection;
import dev.runnel.pipeline.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The format's behaviour as pairs of files: `accepted/x.yml` becomes the pipeline in
/// `accepted/x.json`, `refused/x.yml` has the problems in `refused/x.problems`, one a line:
/// `line:column code path message (hint)`, with `-` for the path of the whole file and `warning `
/// before what is only that.
class FormatFilesTest {
    private static final Path FILES = Path.of("src/test/resources/format/pipelines");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final RunnelFormat format = new RunnelFormat();

    @ParameterizedTest
    @MethodSource("accepted")
    void acceptedFileBecomesItsPipeline(Path file) throws IOException {
        Reading reading = read(file);
        JsonNode expected = JSON.readTree(Files.readString(beside(file, ".json")));
        assertThat(reading)
                .isInstanceOfSatisfying(
                        Reading.Accepted.class,
                        accepted -> {
                            ObjectNode read = PipelineTree.of(accepted.pipeline());
                            if (!accepted.warnings().isEmpty()) {
                                ArrayNode warnings = read.putArray("warnings");
                                accepted.warnings().forEach(one -> warnings.add(line(one)));
                            }
                            assertThat(read.toPrettyString()).isEqualTo(expected.toPrettyString());
                        });
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refusedFileHasExactlyItsProblems(Path file) throws IOException {
        Reading reading = read(file);
        List<String> expected = Files.readAllLines(beside(file, ".problems"));
        assertThat(reading)
                .isInstanceOfSatisfying(
                        Reading.Refused.class,
                        refused ->
                                assertThat(refused.problems())
                                        .extracting(FormatFilesTest::line)
                                        .containsExactlyElementsOf(expected));
    }

    private Reading read(Path file) throws IOException {
        return format.read(
                new PipelineFile("fxq-pipeline.yml", Files.readAllBytes(file)), Selection.DEFAULT);
    }

    private static Stream<Path> accepted() {
        return files("accepted");
    }

    private static Stream<Path> refused() {
        return files("refused");
    }

    private static Stream<Path> files(String folder) {
        try (Stream<Path> files = Files.list(FILES.resolve(folder))) {
            return files
                    .filter(file -> file.toString().endsWith(".yml"))
                    .sorted()
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path beside(Path file, String ending) {
        return Path.of(file.toString().replace(".yml", ending));
    }

    private static String line(Problem problem) {
        assertThat(problem.file()).isEqualTo("fxq-pipeline.yml");
        String hint = problem.hint().isEmpty() ? "" : " (" + problem.hint() + ")";
        return (problem.severity() == Problem.Severity.WARNING ? "warning " : "")
                + problem.line()
                + ":"
                + problem.column()
                + " "
                + problem.code()
                + " "
                + (problem.path().isEmpty() ? "-" : problem.path())
                + " "
                + problem.message()
                + hint;
    }
}
