package dev.runnel.preview;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runnel.format.PipelineFile;
import dev.runnel.format.PipelineFormat;
import dev.runnel.format.Reading;
import dev.runnel.format.Selection;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;

/// Looks at pipeline files with the formats that there are. Safe for any number of threads.
public final class Preview {
    private final List<PipelineFormat> formats;

    /// What is wrong with a file.
    public record Lint(String file, List<Problem> problems) {
        /// Whether nothing keeps it from running.
        public boolean isValid() {
            return problems.stream().allMatch(one -> one.severity() == Problem.Severity.WARNING);
        }

        public String text() {
            return ProblemText.of(problems);
        }

        public ObjectNode json() {
            ObjectNode json = PlanJson.JSON.createObjectNode();
            json.put("file", file);
            json.put("valid", isValid());
            json.set("problems", PlanJson.problems(problems));
            return json;
        }
    }

    /// What a run of a file would be.
    public record Plan(String file, Reading reading) {
        public boolean isValid() {
            return reading instanceof Reading.Accepted;
        }

        public List<Problem> problems() {
            return switch (reading) {
                case Reading.Accepted(Pipeline _, List<Problem> warnings) -> warnings;
                case Reading.Refused(List<Problem> problems) -> problems;
            };
        }

        public String text() {
            return switch (reading) {
                case Reading.Accepted(Pipeline pipeline, List<Problem> warnings) ->
                        PlanText.of(pipeline)
                                + (warnings.isEmpty() ? "" : "\n" + ProblemText.of(warnings));
                case Reading.Refused(List<Problem> problems) -> ProblemText.of(problems);
            };
        }

        public String mermaid() {
            return switch (reading) {
                case Reading.Accepted(Pipeline pipeline, List<Problem> _) -> Mermaid.of(pipeline);
                case Reading.Refused(List<Problem> problems) ->
                        ProblemText.of(problems).indent(0).replaceAll("(?m)^", "%% ").strip()
                                + "\n";
            };
        }

        public ObjectNode json() {
            ObjectNode json = new Lint(file, problems()).json();
            json.put("valid", isValid());
            if (reading instanceof Reading.Accepted(Pipeline pipeline, List<Problem> _)) {
                json.set("plan", PlanJson.of(pipeline));
            }
            return json;
        }
    }

    /// @param formats at least one
    public Preview(List<PipelineFormat> formats) {
        this.formats = List.copyOf(formats);
    }

    /// With the formats that are on the class path, where nobody injects them.
    public static Preview ofInstalled() {
        return new Preview(
                ServiceLoader.load(PipelineFormat.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .toList());
    }

    /// Everything that is wrong with any pipeline of the file.
    public Lint lint(PipelineFile file) {
        return new Lint(file.name(), format(file).check(file));
    }

    public Plan plan(PipelineFile file, Selection selection) {
        return new Plan(file.name(), format(file).read(file, selection));
    }

    /// The JSON Schema of the files that the first format reads.
    public String schema() {
        return formats.getFirst().schema();
    }

    private PipelineFormat format(PipelineFile file) {
        String name = Objects.toString(Path.of(file.name()).getFileName(), file.name());
        return formats.stream()
                .filter(format -> format.fileNames().contains(name))
                .findFirst()
                .orElseGet(formats::getFirst);
    }
}
