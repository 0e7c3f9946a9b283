package dev.runnel.format.pipelines;

import dev.runnel.format.PipelineFile;
import dev.runnel.format.PipelineFormat;
import dev.runnel.format.Reading;
import dev.runnel.format.Selection;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Problem;
import dev.runnel.yaml.FileText;
import dev.runnel.yaml.Findings;
import dev.runnel.yaml.Value;
import dev.runnel.yaml.YamlTree;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/// The language of `fxq-pipeline.yml`, of which a `bitbucket-pipelines.yml` is a part.
@ApplicationScoped
public class RunnelFormat implements PipelineFormat {
    private static final String REFERENCE = "docs/reference/pipeline-file.md";

    @Override
    public String name() {
        return "runnel";
    }

    @Override
    public List<String> fileNames() {
        return List.of(
                "fxq-pipeline.yml",
                "fxq-pipeline.yaml",
                "runnel.yml",
                "runnel.yaml",
                "bitbucket-pipelines.yml");
    }

    @Override
    public Reading read(PipelineFile file, Selection selection) {
        Findings findings = new Findings(file.name(), REFERENCE);
        Optional<Pipeline> pipeline =
                tree(file, findings)
                        .flatMap(root -> new PipelineReader(findings).read(root, selection));
        return findings.hasErrors()
                ? new Reading.Refused(findings.problems())
                : new Reading.Accepted(pipeline.orElseThrow(), findings.problems());
    }

    @Override
    public List<Problem> check(PipelineFile file) {
        Findings findings = new Findings(file.name(), REFERENCE);
        tree(file, findings).ifPresent(root -> new PipelineReader(findings).check(root));
        return findings.problems();
    }

    @Override
    public String schema() {
        return Schema.text();
    }

    private static Optional<Value> tree(PipelineFile file, Findings findings) {
        return FileText.decode(file.content(), findings)
                .flatMap(text -> YamlTree.compose(text, findings));
    }
}
