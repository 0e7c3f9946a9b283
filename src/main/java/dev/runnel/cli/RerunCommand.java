package dev.runnel.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `runnel rerun`
@Command(
        name = "rerun",
        description =
                "Runs a finished run again: the same commit, the same variables. Prints the new"
                        + " run's id, or follows it with --follow.",
        mixinStandardHelpOptions = true)
final class RerunCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Mixin private ServerOption server;

    @Parameters(index = "0", paramLabel = "RUN-ID", description = "the finished run")
    private String id;

    @Option(
            names = "--from",
            paramLabel = "start|failed",
            description = "failed: keep the steps that were successful; default: start")
    private @Nullable String from;

    @Option(
            names = "--latest",
            description = "run what its branch or tag stands for now, not the same commit")
    private boolean latest;

    @Option(
            names = {"-v", "--variable"},
            paramLabel = "NAME=VALUE",
            description = "another value for a variable; may be given more than once")
    private Map<String, String> variables = new LinkedHashMap<>();

    @Option(
            names = "--idempotency-key",
            paramLabel = "KEY",
            description = "repeating a request with the same key gives the same run")
    private @Nullable String key;

    @Option(
            names = {"-f", "--follow"},
            description = "show what happens until the end; the exit code is the outcome")
    private boolean follow;

    @Option(names = "--raw", description = "with --follow: leave escape sequences in the output")
    private boolean raw;

    @Override
    public Integer call() throws InterruptedException {
        RunnelClient client = server.client();
        Map<String, Object> wish = new LinkedHashMap<>();
        Optional.ofNullable(from).ifPresent(value -> wish.put("from", value));
        if (latest) {
            wish.put("revision", "latest");
        }
        if (!variables.isEmpty()) {
            wish.put("variables", variables);
        }
        JsonNode run = client.rerun(id, wish, Optional.ofNullable(key));
        String rerun = run.path("id").asText();
        if (!follow) {
            spec.commandLine().getOut().println(rerun);
            return 0;
        }
        return LivePrinter.follow(client, rerun, List.of(), raw, spec.commandLine().getOut());
    }
}
