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
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
    private static final Pattern AGO = Pattern.compile("(\\d{1,9})([smhd])");

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
            names = "--since",
            paramLabel = "TIME",
            description = "only from this time on: RFC 3339, or how long ago (90s, 10m, 2h, 1d)")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "TIME", description = "only what is before this time")
    private @Nullable String until;

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
        if (follow && (timestamps || search != null || !options().isEmpty())) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--follow shows everything; leave out --tail, --since, --until, --timestamps and"
                            + " --search");
        }
        RunnelClient client = server.client();
        if (search != null) {
            return printMatches(client.search(id, steps, search, regex, times()));
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
        Map<String, String> options = times();
        if (tail != null) {
            options.put("tail", Long.toString(tail));
        }
        if (timestamps) {
            options.put("timestamps", "true");
        }
        return options;
    }

    private Map<String, String> times() {
        Map<String, String> times = new LinkedHashMap<>();
        if (since != null) {
            times.put("from", time("--since", since));
        }
        if (until != null) {
            times.put("to", time("--until", until));
        }
        return times;
    }

    private String time(String option, String text) {
        Matcher ago = AGO.matcher(text);
        try {
            if (ago.matches()) {
                return Instant.now().minus(Duration.parse(period(ago))).toString();
            }
            return OffsetDateTime.parse(text).toInstant().toString();
        } catch (DateTimeException | ArithmeticException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    option
                            + ": '"
                            + text
                            + "' is no time; give one like 2026-01-31T12:00:00Z, or 90s, 10m, 2h,"
                            + " 1d for so long ago",
                    e);
        }
    }

    private static String period(Matcher ago) {
        String unit = ago.group(2).toUpperCase(Locale.ROOT);
        return (unit.equals("D") ? "P" : "PT") + ago.group(1) + unit;
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
