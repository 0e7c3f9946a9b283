package dev.runnel.executor.process;

import dev.runnel.executor.StepKey;
import dev.runnel.executor.StepListener;
import dev.runnel.executor.StepSpec;
import dev.runnel.pipeline.Image;
import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import dev.runnel.run.RunId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/// Runs a step in a Java process of its own, and prints how much it heard and how it ended.
final class OtherRunnel {
    /// Variable of its steps.
    static final String GREEN = "grün";

    private OtherRunnel() {}

    static ProcessBuilder command(
            Path directory, Path workspace, RunId run, List<String> script, String option) {
        ProcessBuilder builder =
                new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        option,
                        "-cp",
                        System.getProperty("java.class.path"),
                        OtherRunnel.class.getName(),
                        directory.toString(),
                        workspace.toString(),
                        run.toString());
        builder.command().addAll(script);
        return builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    }

    public static void main(String[] arguments) throws InterruptedException {
        StepSpec spec =
                new StepSpec(
                        new StepKey(RunId.parse(arguments[2]).orElseThrow(), 1, 1),
                        new Image("alpine:latest"),
                        List.of(arguments).subList(3, arguments.length),
                        Map.of("GREEN", GREEN),
                        Path.of(arguments[1]),
                        "/workspace",
                        new StepSpec.Limits(1, 1, 1));
        AtomicLong heard = new AtomicLong();
        String exit =
                new ProcessExecutor(Path.of(arguments[0]), new Random(), System.getenv())
                        .start(spec, new Counting(heard))
                        .await()
                        .toString();
        byte[] line = (heard + " " + exit + "\n").getBytes(StandardCharsets.UTF_8);
        System.out.write(line, 0, line.length);
        System.out.flush();
    }

    /// Counts the bytes of plain text that it hears.
    static class Counting implements StepListener {
        private final AtomicLong heard;

        Counting(AtomicLong heard) {
            this.heard = heard;
        }

        @Override
        public void pulling(String message, OptionalLong current, OptionalLong total) {}

        @Override
        public void commandStarted(int command) {}

        @Override
        public void output(int command, OutputChannel channel, OutputLine line, long position) {
            heard.addAndGet(line.text().length() + (line.end() == OutputLine.End.NEWLINE ? 1L : 0));
        }

        @Override
        public void commandFinished(int command, int exitCode) {}
    }
}
