package dev.runnel.preview;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runnel.format.PipelineFile;
import dev.runnel.preview.Preview.Lint;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `runnel lint`
@Command(
        name = "lint",
        description = "Says what is wrong with a pipeline file. Needs no server.",
        mixinStandardHelpOptions = true)
public final class LintCommand implements Callable<Integer> {
    private static final int INVALID = 1;
    // more than any format reads
    private static final int MOST_BYTES = 10 * 1024 * 1024;

    @Spec private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "FILE", description = "the file")
    private String file;

    @Option(names = "--format", paramLabel = "FORMAT", description = "text or json; default text")
    private String format = "text";

    @Override
    public Integer call() {
        checkFormat(spec, format, List.of("text", "json"));
        Lint lint = Preview.ofInstalled().lint(read(spec, file));
        print(spec, format.equals("json") ? pretty(lint.json()) : lint.text());
        return lint.isValid() ? 0 : INVALID;
    }

    static void checkFormat(CommandSpec spec, String format, List<String> known) {
        if (!known.contains(format)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--format is one of " + String.join(", ", known) + ", not " + format);
        }
    }

    static PipelineFile read(CommandSpec spec, String file) {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            return new PipelineFile(file, in.readNBytes(MOST_BYTES));
        } catch (IOException | InvalidPathException e) {
            throw new ParameterException(
                    spec.commandLine(), file + " cannot be read: " + e.getMessage(), e);
        }
    }

    static String pretty(ObjectNode json) {
        return json.toPrettyString() + "\n";
    }

    static void print(CommandSpec spec, String text) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(text);
        out.flush();
    }
}
