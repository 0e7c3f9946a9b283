package dev.runnel.format.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import dev.runnel.yaml.Key;
import dev.runnel.yaml.Level;
import dev.runnel.yaml.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

class SchemaTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path RESOURCES = Path.of("src/test/resources");
    private static final JsonSchema SCHEMA =
            JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
                    .getSchema(new RunnelFormat().schema());

    @ParameterizedTest
    @MethodSource("filesThatRun")
    void fileThatRunsIsValid(Path file) throws IOException {
        assertThat(SCHEMA.validate(json(Files.readString(file)))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pipelines: { default: [ { step: { scirpt: [a] } } ] }",
                "pipelines: { default: [ { step: { script: a } } ] }",
                "pipelines: { default: [ { step: { script: [[a]] } } ] }",
                "pipelines: { default: [ { step: { script: [a], foreach: { on: [1] } } } ] }",
                "pipelines: { default: [ { step: { script: [a], retry: { reasons: [never] } } } ] }",
                "pipelines: { default: [ { step: { script: [a], timeout: soon } } ] }",
                "pipelines: { default: [ { parallel: { step: {} } } ] }",
                "pipelines: { nightly: [] }",
                "definitions: { services: { db: { img: a } } }",
                "imgae: alpine",
            })
    void faultIsSeen(String text) {
        assertThat(SCHEMA.validate(json(text)))
                .extracting(ValidationMessage::getMessage)
                .isNotEmpty();
    }

    @Test
    void everyLevelIsAmongAllAndHasNamesOfItsOwn() {
        Set<Level> reached = new HashSet<>();
        reach(Keys.FILE, reached);
        assertThat(Keys.ALL).containsExactlyInAnyOrderElementsOf(reached);
        assertThat(Keys.ALL).extracting(Level::name).doesNotHaveDuplicates();
        for (Level level : Keys.ALL) {
            assertThat(level.names()).as(level.name()).doesNotHaveDuplicates();
            assertThat(level.others().keySet())
                    .as(level.name())
                    .doesNotContainAnyElementsOf(level.names());
        }
    }

    private static void reach(Level level, Set<Level> reached) {
        if (reached.add(level)) {
            level.keys().stream().map(Key::shape).forEach(shape -> reach(shape, reached));
        }
    }

    private static void reach(Shape shape, Set<Level> reached) {
        switch (shape) {
            case Shape.At(Level level) -> reach(level, reached);
            case Shape.ListOf(Shape items) -> reach(items, reached);
            case Shape.MapOf(Shape values) -> reach(values, reached);
            case Shape.Either(List<Shape> shapes) -> shapes.forEach(one -> reach(one, reached));
            case Shape.Plain _, Shape.Word _ -> {}
        }
    }

    private static Stream<Path> filesThatRun() {
        return Stream.concat(
                // a plain `<<` in a list is text to the reader, and nothing at all to the library
                yamlIn(RESOURCES.resolve("format/pipelines/accepted"))
                        .filter(file -> !file.endsWith("commands-that-look-like-values.yml")),
                yamlIn(RESOURCES.resolve("scenarios"))
                        .filter(file -> !isRefused(file.resolveSibling("expected.json"))));
    }

    private static boolean isRefused(Path expectation) {
        try {
            return !JSON.readTree(Files.readString(expectation)).path("problems").isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> yamlIn(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files
                    .filter(file -> file.toString().endsWith(".yml"))
                    .sorted()
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The file as an editor sees it: aliases and merges replaced by what they stand for.
    private static JsonNode json(String text) {
        String withoutMark = text.startsWith("\ufeff") ? text.substring(1) : text;
        Object tree = new Yaml(new SafeConstructor(new LoaderOptions())).load(withoutMark);
        return JSON.valueToTree(tree);
    }
}
