package dev.runnel.format.fxq;

import dev.runnel.format.PipelineFile;
import dev.runnel.format.PipelineFormat;
import dev.runnel.format.Reading;
import dev.runnel.pipeline.Pipeline;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/// The format of `fxq-pipeline.yml`: a list of steps, each an image and a script, under
/// `pipelines.default` or `pipelines.steps`.
@ApplicationScoped
public class FxqFormat implements PipelineFormat {

    @Override
    public String name() {
        return "fxq";
    }

    @Override
    public List<String> fileNames() {
        return List.of("fxq-pipeline.yml", "fxq-pipeline.yaml");
    }

    @Override
    public Reading read(PipelineFile file, Optional<String> pipeline) {
        Findings findings = new Findings(file.name());
        Optional<Pipeline> read =
                FileText.decode(file.content(), findings)
                        .flatMap(text -> YamlTree.compose(text, findings))
                        .flatMap(root -> new PipelineReader(findings).read(root, pipeline));
        return findings.toReading(read);
    }
}
