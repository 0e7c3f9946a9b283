package dev.runnel.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/// Keeps what it hears, and checks that calls come one at a time and in order.
public final class RecordingListener implements StepListener {
    private final List<Heard> heard = new ArrayList<>();
    private final BooleanSupplier permission;
    private final List<String> preparations = new ArrayList<>();
    private int current;
    private boolean finished = true;

    public RecordingListener() {
        this(() -> true);
    }

    /// @param permission asked before the commands start
    public RecordingListener(BooleanSupplier permission) {
        this.permission = permission;
    }

    @Override
    public boolean mayStart() {
        return permission.getAsBoolean();
    }

    /// One call.
    public sealed interface Heard {
        record Pulling(String message, OptionalLong current, OptionalLong total) implements Heard {}

        record Started(int command) implements Heard {}

        record Output(int command, OutputChannel channel, OutputLine line, long position)
                implements Heard {}

        record Finished(int command, int exitCode) implements Heard {}
    }

    @Override
    public synchronized void pulling(String message, OptionalLong done, OptionalLong total) {
        heard.add(new Heard.Pulling(message, done, total));
    }

    @Override
    public synchronized void commandStarted(int command) {
        assertThat(finished).as("command %d starts after the one before ended", command).isTrue();
        heard.add(new Heard.Started(command));
        current = command;
        finished = false;
    }

    @Override
    public synchronized void output(
            int command, OutputChannel channel, OutputLine line, long position) {
        if (!finished) {
            assertThat(command).as("output belongs to the command under way").isEqualTo(current);
        }
        heard.add(new Heard.Output(command, channel, line, position));
    }

    @Override
    public synchronized void commandFinished(int command, int exitCode) {
        heard.add(new Heard.Finished(command, exitCode));
        finished = true;
    }

    @Override
    public synchronized void preparing(String message) {
        preparations.add(message);
    }

    /// What was said about the place of the step.
    public synchronized List<String> preparations() {
        return List.copyOf(preparations);
    }

    public synchronized List<Heard> heard() {
        return List.copyOf(heard);
    }

    /// All calls but progress: `>1`, `1 out hello`, `<1 0`. A line that goes on has an ellipsis,
    /// one that is written over an arrow.
    public synchronized List<String> transcript() {
        List<String> lines = new ArrayList<>();
        for (Heard call : heard) {
            switch (call) {
                case Heard.Pulling _ -> {}
                case Heard.Started(int command) -> lines.add(">" + command);
                case Heard.Output(int command, OutputChannel channel, OutputLine line, long _) ->
                        lines.add(
                                command
                                        + (channel == OutputChannel.STDOUT ? " out " : " err ")
                                        + line.text()
                                        + mark(line.end()));
                case Heard.Finished(int command, int code) -> lines.add("<" + command + " " + code);
            }
        }
        return lines;
    }

    private static String mark(OutputLine.End end) {
        return switch (end) {
            case NEWLINE -> "";
            case RETURN -> "↵";
            case NONE -> "…";
        };
    }

    /// What a command wrote, put together again.
    public String text(int command, OutputChannel channel) {
        return outputs().stream()
                .filter(call -> call.command() == command && call.channel() == channel)
                .map(call -> call.line().text() + lineEnd(call.line().end()))
                .collect(Collectors.joining());
    }

    public String stdout(int command) {
        return text(command, OutputChannel.STDOUT);
    }

    public String stderr(int command) {
        return text(command, OutputChannel.STDERR);
    }

    private static String lineEnd(OutputLine.End end) {
        return switch (end) {
            case NEWLINE -> "\n";
            case RETURN -> "\r";
            case NONE -> "";
        };
    }

    public synchronized List<Heard.Output> outputs() {
        return heard.stream()
                .filter(Heard.Output.class::isInstance)
                .map(Heard.Output.class::cast)
                .toList();
    }

    /// The exit codes of the commands that ended, in order.
    public synchronized List<Integer> exitCodes() {
        List<Integer> codes = new ArrayList<>();
        for (Heard call : heard) {
            if (call instanceof Heard.Finished(int _, int code)) {
                codes.add(code);
            }
        }
        return codes;
    }

    /// How much was heard, for who wants to go on from here.
    public synchronized ResumePoint resumePoint() {
        ResumePoint point = ResumePoint.START;
        for (Heard call : heard) {
            point = after(point, call);
        }
        return point;
    }

    private static ResumePoint after(ResumePoint point, Heard call) {
        return switch (call) {
            case Heard.Pulling _ -> point;
            case Heard.Started(int command) ->
                    new ResumePoint(
                            point.stdout(),
                            point.stdoutCommand(),
                            point.stderr(),
                            point.stderrCommand(),
                            command,
                            point.finished());
            case Heard.Finished(int command, int _) ->
                    new ResumePoint(
                            point.stdout(),
                            point.stdoutCommand(),
                            point.stderr(),
                            point.stderrCommand(),
                            point.started(),
                            command);
            case Heard.Output(int command, OutputChannel channel, OutputLine _, long position) ->
                    switch (channel) {
                        case STDOUT ->
                                new ResumePoint(
                                        position,
                                        command,
                                        point.stderr(),
                                        point.stderrCommand(),
                                        point.started(),
                                        point.finished());
                        case STDERR ->
                                new ResumePoint(
                                        point.stdout(),
                                        point.stdoutCommand(),
                                        position,
                                        command,
                                        point.started(),
                                        point.finished());
                    };
        };
    }

    /// Waits until a command wrote this.
    public void awaitText(int command, String text) throws InterruptedException {
        await(
                () -> stdout(command).contains(text) || stderr(command).contains(text),
                "command " + command + " to write " + text);
    }

    /// Waits for a condition, half a minute at most.
    public static void await(BooleanSupplier condition, String what) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("time to wait for %s", what).isLessThan(deadline);
            Thread.sleep(5);
        }
    }
}
