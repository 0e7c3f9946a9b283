package dev.runnel.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `runnel cancel`
@Command(
        name = "cancel",
        description = "Asks a run to stop. A run that has ended stays as it is.",
        mixinStandardHelpOptions = true)
final class CancelCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Mixin private ServerOption server;

    @Parameters(index = "0", paramLabel = "RUN-ID", description = "the run")
    private String id;

    @Override
    public Integer call() throws InterruptedException {
        String state = server.client().cancel(id).path("state").asText();
        spec.commandLine().getOut().println("run " + id + " was asked to stop; it is " + state);
        return 0;
    }
}
