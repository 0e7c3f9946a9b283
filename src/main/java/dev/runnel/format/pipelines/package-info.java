/// The language of pipeline files: `fxq-pipeline.yml`, `runnel.yml` and `bitbucket-pipelines.yml`.
/// Start at `RunnelFormat`. `Keys` has every key there is; `PipelineReader` finds the list of
/// steps, `EntryReader` and `StepReader` make drafts of its entries, and `Graph` makes the steps of
/// the drafts. Each of them leaves what it finds in `Findings`. `docs/reference/pipeline-file.md`
/// is the language.
@NullMarked
package dev.runnel.format.pipelines;

import org.jspecify.annotations.NullMarked;
