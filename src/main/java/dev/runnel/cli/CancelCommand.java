package dev.runnel.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/// `runnel cancel`: asks a run to stop.
@Command(
        name = "cancel",
        description = "Stop a run. One that has ended stays as it is.",
        mixinStandardHelpOptions = true)
final class CancelCommand implements Callable<Integer> {
    private static final Set<String> FINAL = Set.of("SUCCESSFUL", "FAILED", "ABORTED");

    @ParentCommand private Main runnel;

    @Mixin private ServerOption server;

    @Parameters(paramLabel = "RUN", description = "Id of the run.")
    private String run;

    @Override
    public Integer call() {
        JsonNode answer = server.client().cancel(run);
        String state = answer.path("state").asText();
        runnel.terminal()
                .line(
                        FINAL.contains(state)
                                ? "The run has ended: " + state
                                : "The run was asked to stop.");
        return ExitCode.OK.number();
    }
}
