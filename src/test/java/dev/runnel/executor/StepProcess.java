package dev.runnel.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executor.StepSpec.Limits;
import dev.runnel.pipeline.Image;
import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import dev.runnel.run.RunId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Runs a step in another Java process, which tells on its standard output what it hears.
public final class StepProcess implements AutoCloseable {
    /// Tells every call.
    static final String TELL = "tell";

    /// Tells how many bytes there were, at the end.
    static final String COUNT = "count";

    private static final String AFTER = "--after";

    private final Process process;
    private final BufferedReader told;

    private StepProcess(Process process) {
        this.process = process;
        this.told = process.inputReader(StandardCharsets.UTF_8);
    }

    public static StepProcess launch(Class<?> program, String memory, String mode, StepSpec spec)
            throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                memory,
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                                "-cp",
                                System.getProperty("java.class.path"),
                                program.getName(),
                                mode,
                                spec.key().run().toString(),
                                spec.image().reference(),
                                spec.workspace().toString(),
                                spec.workspacePath(),
                                String.valueOf(spec.limits().memoryBytes())));
        command.addAll(spec.script());
        command.add(AFTER);
        command.addAll(spec.setting().afterScript());
        return new StepProcess(
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    }

    /// What the `main` of the other process does.
    public static void run(Executor executor, String... arguments) throws InterruptedException {
        List<String> commands = Arrays.asList(arguments).subList(6, arguments.length);
        int after = commands.indexOf(AFTER);
        StepSpec plain =
                new StepSpec(
                        new StepKey(RunId.parse(arguments[1]).orElseThrow(), 1, 1),
                        new Image(arguments[2]),
                        commands.subList(0, after),
                        Map.of(),
                        Path.of(arguments[3]),
                        arguments[4],
                        new Limits(Long.parseLong(arguments[5]), 2, 200));
        List<String> last = commands.subList(after + 1, commands.size());
        StepSpec spec = Places.in(plain, new Places.Wish().after(last).setting());
        Teller teller = new Teller(arguments[0].equals(TELL));
        try (RunningStep step = executor.start(spec, teller)) {
            StepExit exit = step.await();
            teller.print("bytes " + teller.bytes + " exit " + exit);
        }
    }

    private static final class Teller implements StepListener {
        private final PrintStream out = System.out;
        private final boolean tells;
        private long bytes;

        Teller(boolean tells) {
            this.tells = tells;
        }

        void print(String line) {
            out.println(line);
            out.flush();
        }

        @Override
        public void pulling(String message, OptionalLong current, OptionalLong total) {}

        @Override
        public void commandStarted(int command) {
            if (tells) {
                print("started " + command);
            }
        }

        @Override
        public void output(int command, OutputChannel channel, OutputLine line, long position) {
            byte[] text = line.text().getBytes(StandardCharsets.UTF_8);
            bytes += text.length + (line.end() == OutputLine.End.NONE ? 0 : 1);
            if (tells) {
                String code = Base64.getEncoder().encodeToString(text);
                print(
                        "output "
                                + command
                                + " "
                                + channel
                                + " "
                                + line.end()
                                + " "
                                + position
                                + " "
                                + code);
            }
        }

        @Override
        public void commandFinished(int command, int exitCode) {
            if (tells) {
                print("finished " + command + " " + exitCode);
            }
        }
    }

    /// Passes calls on until a line with this text came.
    void tellUntil(StepListener listener, String text) throws IOException {
        String heard = "";
        while (!heard.equals(text)) {
            String line = told.readLine();
            assertThat(line).as("the other process goes on").isNotNull();
            heard = tell(line, listener);
        }
    }

    /// Passes on what is left of a process that is dead.
    void tellRest(StepListener listener) throws IOException {
        String line = told.readLine();
        while (line != null) {
            tell(line, listener);
            line = told.readLine();
        }
    }

    private static String tell(@Nullable String line, StepListener listener) {
        String[] words = String.valueOf(line).split(" ", -1);
        int command = Integer.parseInt(words[1]);
        switch (words[0]) {
            case "started" -> listener.commandStarted(command);
            case "finished" -> listener.commandFinished(command, Integer.parseInt(words[2]));
            case "output" -> {
                String text =
                        new String(Base64.getDecoder().decode(words[5]), StandardCharsets.UTF_8);
                listener.output(
                        command,
                        OutputChannel.valueOf(words[2]),
                        new OutputLine(text, OutputLine.End.valueOf(words[3]), false),
                        Long.parseLong(words[4]));
                return text;
            }
            default -> throw new IllegalStateException("unexpected: " + line);
        }
        return "";
    }

    String awaitEnd() throws Exception {
        String last = told.readLine();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return String.valueOf(last);
    }

    /// `kill -9`.
    void killHard() throws InterruptedException {
        // Through its handle, since the process itself would close what it told
        process.toHandle().destroyForcibly();
        process.waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
