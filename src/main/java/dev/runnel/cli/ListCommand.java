package dev.runnel.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runnel.terminal.Style;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `runnel list`
@Command(name = "list", description = "Lists runs, newest first.", mixinStandardHelpOptions = true)
final class ListCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Mixin private ServerOption server;

    @Option(names = "--state", description = "only runs in this state, for example IN_PROGRESS")
    private @Nullable String state;

    @Option(names = "--repository", paramLabel = "OWNER/NAME", description = "only its runs")
    private @Nullable String repository;

    @Option(names = "--limit", defaultValue = "20", description = "how many; default 20")
    private int limit;

    @Override
    public Integer call() throws InterruptedException {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("limit", Integer.toString(limit));
        Optional.ofNullable(state).ifPresent(value -> query.put("state", value));
        Optional.ofNullable(repository).ifPresent(value -> query.put("repository", value));
        PrintWriter out = spec.commandLine().getOut();
        Style style = Style.ofOutput();
        for (JsonNode run : server.client().list(query).path("runs")) {
            String runState = run.path("state").asText();
            out.printf(
                    "%s  %s  %s  %s%n",
                    run.path("id").asText(),
                    style.ofState(runState, String.format("%-11s", runState)),
                    run.path("createdAt").asText(),
                    run.path("repository").asText());
        }
        out.flush();
        return 0;
    }
}
