package dev.runnel.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runnel.terminal.ForeignText;
import dev.runnel.terminal.Style;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `runnel logs`
@Command(
        name = "logs",
        description = "Prints what a run printed; with --follow, shows the run as it goes on.",
        mixinStandardHelpOptions = true)
final class LogsCommand implements Callable<Integer> {
    private static final int PIECE = 8192;

    @Spec private CommandSpec spec;
    @Mixin private ServerOption server;

    @Parameters(index = "0", paramLabel = "RUN-ID", description = "the run")
    private String id;

    @Option(
            names = "--step",
            paramLabel = "NUMBER",
            split = ",",
            description = "only this step, from 1; may be given more than once")
    private List<Integer> steps = List.of();

    @Option(
            names = {"-f", "--follow"},
            description = "show what happens until the end; the exit code is the outcome")
    private boolean follow;

    @Option(
            names = "--raw",
            description = "leave escape sequences in the output also on a terminal")
    private boolean raw;

    @Option(
            names = {"-n", "--tail"},
            paramLabel = "LINES",
            description = "only the last lines")
    private @Nullable Long tail;

    @Option(
            names = {"-t", "--timestamps"},
            description = "the time in front of each line")
    private boolean timestamps;

    @Option(
            names = "--search",
            paramLabel = "TEXT",
            description = "only lines with this text, with their numbers")
    private @Nullable String search;

    @Option(names = "--regex", description = "with --search: it is a regular expression (RE2)")
    private boolean regex;

    @Override
    public Integer call() throws InterruptedException {
        if (follow && (tail != null || timestamps || search != null)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--follow shows everything; leave out --tail, --timestamps and --search");
        }
        RunnelClient client = server.client();
        if (search != null) {
            return printMatches(client.search(id, steps, search, regex));
        }
        if (follow) {
            return LivePrinter.follow(client, id, steps, raw, spec.commandLine().getOut());
        }
        Style style = Style.ofOutput();
        try (InputStream log = client.log(id, steps, options())) {
            if (raw || !style.live()) {
                // as bytes: the output is not ours to change
                log.transferTo(System.out);
            } else {
                show(log, style, System.out);
            }
            System.out.flush();
            return 0;
        } catch (IOException e) {
            throw client.unreachable(e);
        }
    }

    private Map<String, String> options() {
        Map<String, String> options = new LinkedHashMap<>();
        if (tail != null) {
            options.put("tail", Long.toString(tail));
        }
        if (timestamps) {
            options.put("timestamps", "true");
        }
        return options;
    }

    private int printMatches(JsonNode found) {
        Style style = Style.ofOutput();
        PrintWriter out = spec.commandLine().getOut();
        for (JsonNode match : found.path("matches")) {
            String line = match.path("text").asText();
            String time = timestamps ? match.path("at").asText() + " " : "";
            out.print(match.path("line").asText() + ":" + time);
            if (raw || !style.live()) {
                out.println(line);
            } else {
                ForeignText text = new ForeignText(style.coloured());
                out.println(text.next(line) + text.endLine());
            }
        }
        if (found.path("more").asBoolean()) {
            spec.commandLine().getErr().println("there are more; narrow it with --step");
        }
        return 0;
    }

    static void show(InputStream log, Style style, PrintStream out) throws IOException {
        ForeignText text = new ForeignText(style.coloured());
        Reader reader = new InputStreamReader(log, StandardCharsets.UTF_8);
        char[] piece = new char[PIECE];
        for (int length = reader.read(piece); length >= 0; length = reader.read(piece)) {
            out.print(text.next(new String(piece, 0, length)));
        }
        out.print(text.endLine());
    }
}
