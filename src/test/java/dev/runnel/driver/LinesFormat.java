package dev.runnel.driver;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.runnel.format.PipelineFile;
import dev.runnel.format.PipelineFormat;
import dev.runnel.format.Reading;
import dev.runnel.format.Selection;
import dev.runnel.pipeline.Image;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Problem;
import dev.runnel.pipeline.Step;
import java.util.ArrayList;
import java.util.List;

/// One step a line, its commands separated by semicolons; a line that begins with `commit:`
/// commits. An empty file is refused.
final class LinesFormat implements PipelineFormat {
    @Override
    public String name() {
        return "lines";
    }

    @Override
    public List<String> fileNames() {
        return List.of("test-pipeline");
    }

    @Override
    public Reading read(PipelineFile file, Selection selection) {
        List<Step> steps = new ArrayList<>();
        for (String line : new String(file.content(), UTF_8).lines().toList()) {
            boolean commit = line.startsWith("commit:");
            String script = commit ? line.substring("commit:".length()) : line;
            int number = steps.size() + 1;
            steps.add(
                    new Step(
                            number,
                            "step " + number,
                            new Image("alpine"),
                            List.of(script.split(";", -1)),
                            commit));
        }
        return steps.isEmpty()
                ? new Reading.Refused(List.of(emptyFile(file)))
                : new Reading.Accepted(new Pipeline("default", "/work", steps), List.of());
    }

    @Override
    public List<Problem> check(PipelineFile file) {
        return file.content().length == 0 ? List.of(emptyFile(file)) : List.of();
    }

    @Override
    public String schema() {
        return "{}";
    }

    private static Problem emptyFile(PipelineFile file) {
        return new Problem(
                Problem.Severity.ERROR, "empty-file", file.name(), 1, 1, "", "it is empty", "");
    }
}
