package dev.runnel.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `runnel cancel`
@Command(
        name = "cancel",
        description =
                "Asks a run to stop, or one step of it, which ends the run there. What has ended"
                        + " stays as it is.",
        mixinStandardHelpOptions = true)
final class CancelCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Mixin private ServerOption server;

    @Parameters(index = "0", paramLabel = "RUN-ID", description = "the run")
    private String id;

    @Option(names = "--step", paramLabel = "NUMBER", description = "only this step")
    private @Nullable Integer step;

    @Override
    public Integer call() throws InterruptedException {
        RunnelClient client = server.client();
        JsonNode run = step == null ? client.cancel(id) : client.cancel(id, step);
        String what = step == null ? "run " + id : "step " + step + " of run " + id;
        spec.commandLine()
                .getOut()
                .println(what + " was asked to stop; the run is " + run.path("state").asText());
        return 0;
    }
}
