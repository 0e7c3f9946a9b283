package dev.runnel.cli;

import dev.runnel.terminal.ForeignText;
import dev.runnel.terminal.Style;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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

    @Override
    public Integer call() throws InterruptedException {
        RunnelClient client = server.client();
        if (follow) {
            return LivePrinter.follow(client, id, steps, raw, spec.commandLine().getOut());
        }
        Style style = Style.ofOutput();
        try (InputStream log = client.log(id, steps)) {
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
