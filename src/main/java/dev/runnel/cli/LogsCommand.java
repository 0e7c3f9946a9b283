package dev.runnel.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
    @Spec private CommandSpec spec;

    @Mixin private ServerOption server;

    @Parameters(index = "0", paramLabel = "RUN-ID", description = "the run")
    private String id;

    @Option(names = "--step", paramLabel = "NUMBER", description = "only this step, from 1")
    private @Nullable Integer step;

    @Option(
            names = {"-f", "--follow"},
            description = "show what happens until the end; the exit code is the outcome")
    private boolean follow;

    @Override
    public Integer call() throws InterruptedException {
        if (follow) {
            return LivePrinter.follow(server.client(), id, spec.commandLine().getOut());
        }
        try (InputStream text = server.client().log(id, step)) {
            // as bytes: the output is not ours to change
            text.transferTo(System.out);
            System.out.flush();
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
