package dev.runnel.preview;

import dev.runnel.format.Selection;
import dev.runnel.preview.Preview.Plan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `runnel plan`
@Command(
        name = "plan",
        description = "Shows which steps a run of a pipeline file would have. Needs no server.",
        mixinStandardHelpOptions = true)
public final class PlanCommand implements Callable<Integer> {
    private static final int INVALID = 1;

    @Spec private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "FILE", description = "the file")
    private String file;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "text, json or mermaid; default text")
    private String format = "text";

    @Option(names = "--pipeline", description = "name of the pipeline in the file")
    private @Nullable String pipeline;

    @Option(names = "--branch", description = "the branch that a run would be on")
    private @Nullable String branch;

    @Option(names = "--tag", description = "the tag that a run would be on")
    private @Nullable String tag;

    @Option(names = "--pull-request", paramLabel = "BRANCH", description = "the branch to merge")
    private @Nullable String pullRequest;

    @Option(
            names = {"-v", "--variable"},
            paramLabel = "NAME=VALUE",
            description = "a variable of the run; may be given more than once")
    private Map<String, String> variables = new LinkedHashMap<>();

    @Override
    public Integer call() {
        LintCommand.checkFormat(spec, format, List.of("text", "json", "mermaid"));
        Selection selection =
                new Selection(
                        Optional.ofNullable(pipeline),
                        Optional.ofNullable(branch),
                        Optional.ofNullable(tag),
                        Optional.ofNullable(pullRequest),
                        variables);
        Plan plan = Preview.ofInstalled().plan(LintCommand.read(spec, file), selection);
        LintCommand.print(
                spec,
                switch (format) {
                    case "json" -> LintCommand.pretty(plan.json());
                    case "mermaid" -> plan.mermaid();
                    default -> plan.text();
                });
        return plan.isValid() ? 0 : INVALID;
    }
}
