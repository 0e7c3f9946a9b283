package dev.runnel.cli;

import dev.runnel.cli.EventStream.Limits;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/// `runnel logs`: shows what a run printed.
@Command(
        name = "logs",
        description = "Show what a run printed; with --follow, everything that happens to it.",
        mixinStandardHelpOptions = true)
final class LogsCommand implements Callable<Integer> {
    @ParentCommand private Main runnel;

    @Mixin private ServerOption server;

    @Parameters(paramLabel = "RUN", description = "Id of the run.")
    private String run;

    @Option(
            names = {"-f", "--follow"},
            description = "From the beginning until the run has ended.")
    private boolean follow;

    @Option(
            names = "--step",
            paramLabel = "NUMBER",
            description = "Only this step, counted from 1; may be given often.")
    private List<Integer> steps = List.of();

    @Override
    public Integer call() throws InterruptedException {
        RunnelClient client = server.client();
        Terminal terminal = runnel.terminal();
        if (follow) {
            LivePrinter printer = new LivePrinter(terminal);
            new EventStream(client, run, query(), Limits.USUAL)
                    .follow(printer::show, printer::connectionLost);
        } else {
            copy(client, terminal);
        }
        return ExitCode.OK.number();
    }

    private Map<String, String> query() {
        return steps.isEmpty()
                ? Map.of()
                : Map.of(
                        "step",
                        steps.stream().map(String::valueOf).collect(Collectors.joining(",")));
    }

    private void copy(RunnelClient client, Terminal terminal) {
        try (InputStream log = client.log(run, query());
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(log, StandardCharsets.UTF_8))) {
            for (@Nullable String line = lines.readLine(); line != null; line = lines.readLine()) {
                terminal.print(terminal.harmless(line) + "\n");
            }
            terminal.flush();
        } catch (IOException e) {
            throw client.unreachable(e);
        }
    }
}
