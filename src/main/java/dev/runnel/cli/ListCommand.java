package dev.runnel.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runnel.cli.Terminal.Style;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/// `runnel list`: shows the newest runs.
@Command(name = "list", description = "Show runs, newest first.", mixinStandardHelpOptions = true)
final class ListCommand implements Callable<Integer> {
    private static final String COLUMNS = "%-36s  %-11s  %-20s  %9s  %s";

    @ParentCommand private Main runnel;

    @Mixin private ServerOption server;

    @Option(
            names = "--state",
            paramLabel = "STATE",
            description =
                    "Only these, separated by commas: PENDING, IN_PROGRESS, SUCCESSFUL, FAILED,"
                            + " ABORTED.")
    private @Nullable String state;

    @Option(
            names = "--repository",
            paramLabel = "OWNER/NAME",
            description = "Only runs of this repository.")
    private @Nullable String repository;

    @Option(names = "--limit", paramLabel = "NUMBER", description = "How many; 20 when left out.")
    private int limit = 20;

    @Override
    public Integer call() {
        Terminal terminal = runnel.terminal();
        JsonNode page = server.client().runs(query());
        terminal.line(
                terminal.styled(
                        Style.BOLD,
                        String.format(COLUMNS, "RUN", "STATE", "CREATED", "TOOK", "REPOSITORY")));
        page.path("runs").forEach(run -> terminal.line(row(run, terminal)));
        if (page.has("next")) {
            terminal.line(terminal.styled(Style.DIM, "There are more: --limit"));
        }
        return ExitCode.OK.number();
    }

    private Map<String, String> query() {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("limit", Integer.toString(limit));
        if (state != null) {
            query.put("state", state.toUpperCase(Locale.ROOT));
        }
        if (repository != null) {
            query.put("repository", repository);
        }
        return query;
    }

    private static String row(JsonNode run, Terminal terminal) {
        String runState = run.path("state").asText();
        String ref = run.path("ref").asText();
        String reason = run.path("reason").asText();
        String row =
                String.format(
                        COLUMNS,
                        run.path("id").asText(),
                        runState,
                        time(run, "createdAt").truncatedTo(ChronoUnit.SECONDS),
                        took(run),
                        run.path("repository").asText()
                                + (ref.isEmpty() ? "" : " " + ref)
                                + (reason.isEmpty() ? "" : " (" + reason + ")"));
        return terminal.styled(style(runState), terminal.harmless(row));
    }

    private static Style style(String state) {
        return switch (state) {
            case "SUCCESSFUL" -> Style.GREEN;
            case "FAILED", "ABORTED" -> Style.RED;
            case "IN_PROGRESS" -> Style.CYAN;
            default -> Style.DIM;
        };
    }

    private static String took(JsonNode run) {
        if (!run.has("startedAt") || !run.has("finishedAt")) {
            return "";
        }
        Duration took = Duration.between(time(run, "startedAt"), time(run, "finishedAt"));
        return String.format(Locale.ROOT, "%.1f s", took.toMillis() / 1000.0);
    }

    private static Instant time(JsonNode run, String field) {
        return Instant.parse(run.path(field).asText());
    }
}
