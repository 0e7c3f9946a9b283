package dev.runnel.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runnel.cli.EventStream.Limits;
import dev.runnel.cli.Terminal.Style;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/// `runnel run`: asks a server for a run.
@Command(
        name = "run",
        description = "Run the pipeline of a git repository.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes with --follow:%n",
        exitCodeList = {
            "0:the run was successful",
            "1:the run failed",
            "2:the command line is wrong",
            "3:the run was aborted",
            "4:no server answers, or it went away; the run goes on",
            "5:the server refused the request"
        })
final class RunCommand implements Callable<Integer> {
    @ParentCommand private Main runnel;

    @Mixin private ServerOption server;

    @Parameters(paramLabel = "URL", description = "Address of the repository, as git takes it.")
    private String url;

    @Option(names = "--ref", paramLabel = "REF", description = "Branch, tag or full commit id.")
    private @Nullable String ref;

    @Option(
            names = "--pipeline",
            paramLabel = "NAME",
            description = "Which pipeline of the file; the default one when left out.")
    private @Nullable String pipeline;

    @Option(
            names = {"-v", "--variable"},
            paramLabel = "NAME=VALUE",
            description = "Environment variable of every command; may be given often.")
    private Map<String, String> variables = new LinkedHashMap<>();

    @Option(
            names = "--idempotency-key",
            paramLabel = "KEY",
            description = "Your own name for the request: the same one again gives the same run.")
    private @Nullable String key;

    @Option(
            names = {"-f", "--follow"},
            description = "Show what happens until the run has ended; exit with its outcome.")
    private boolean follow;

    @Override
    public Integer call() throws InterruptedException {
        RunnelClient client = server.client();
        JsonNode run = client.submit(request(), Optional.ofNullable(key));
        String id = run.path("id").asText();
        Terminal terminal = runnel.terminal();
        if (!follow) {
            terminal.line(id);
            return ExitCode.OK.number();
        }
        return follow(client, id, terminal).number();
    }

    private Map<String, Object> request() {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("url", url);
        if (ref != null) {
            request.put("ref", ref);
        }
        if (pipeline != null) {
            request.put("pipeline", pipeline);
        }
        if (!variables.isEmpty()) {
            request.put("variables", variables);
        }
        return request;
    }

    /// Shows a run that was just asked for until it has ended.
    static ExitCode follow(RunnelClient client, String id, Terminal terminal)
            throws InterruptedException {
        terminal.line(terminal.styled(Style.BOLD, "run " + id));
        Thread farewell = new Thread(() -> sayHowToStop(id));
        Runtime.getRuntime().addShutdownHook(farewell);
        try {
            LivePrinter printer = new LivePrinter(terminal);
            new EventStream(client, id, Map.of(), Limits.USUAL)
                    .follow(printer::show, printer::connectionLost);
            return printer.ended().exitCode();
        } finally {
            forget(farewell);
        }
    }

    /// Whoever presses Ctrl-C may think that this was it.
    private static void sayHowToStop(String id) {
        System.err.println();
        System.err.println("The run goes on. Watch it: runnel logs --follow " + id);
        System.err.println("                 Stop it:  runnel cancel " + id);
    }

    private static void forget(Thread farewell) {
        try {
            Runtime.getRuntime().removeShutdownHook(farewell);
        } catch (IllegalStateException e) {
            // it is being said already
        }
    }
}
