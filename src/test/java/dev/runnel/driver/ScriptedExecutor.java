package dev.runnel.driver;

import dev.runnel.executor.Executor;
import dev.runnel.executor.ExecutorException;
import dev.runnel.executor.ResumePoint;
import dev.runnel.executor.RunningStep;
import dev.runnel.executor.StepExit;
import dev.runnel.executor.StepKey;
import dev.runnel.executor.StepListener;
import dev.runnel.executor.StepSpec;
import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import dev.runnel.run.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;

/// An executor in memory whose behaviour is written in the commands themselves: `print TEXT`,
/// `append TEXT` (to the file `appended` of the workspace), `show` (prints that file), `exit N`,
/// `sleep MILLIS`, `fail N` (the first N attempts fail), `hang`, `vanish`, `exhaust`, `refuse`,
/// `lose-engine`, `give LINE` (to the file of the step's outputs), `tell NAME` (prints a variable),
/// `link NAME TARGET`, `fail-item ITEM N` (the first N attempts fail where `ITEM` is that). `$ITEM`
/// and `$ITEM_INDEX` are replaced in what is printed, appended and given. It fails a test that
/// starts an attempt twice.
public final class ScriptedExecutor implements Executor {
    private final Map<StepKey, Attempt> attempts = new ConcurrentHashMap<>();
    private final List<StepSpec> started = new CopyOnWriteArrayList<>();
    private volatile Optional<String> unavailable = Optional.empty();
    private volatile boolean stuck;
    private volatile boolean hangingEnds;

    @Override
    public String name() {
        return "scripted";
    }

    @Override
    public Optional<String> unavailable() {
        return unavailable;
    }

    public void setUnavailable(Optional<String> why) {
        unavailable = why;
    }

    /// While stuck, an attempt gets no place and none of its commands is started.
    public void setStuck(boolean stuck) {
        this.stuck = stuck;
    }

    @Override
    public boolean isolates() {
        return true;
    }

    @Override
    public String workspaceSeen(Path workspace, String wanted) {
        return workspace.toString();
    }

    @Override
    public RunningStep start(StepSpec spec, StepListener listener) {
        Attempt attempt = new Attempt(spec, listener);
        started.add(spec);
        if (stuck) {
            return attempt;
        }
        if (attempts.putIfAbsent(spec.key(), attempt) != null) {
            throw new AssertionError("attempt " + spec.key() + " was started twice");
        }
        Thread.ofVirtual().start(attempt::run);
        return attempt;
    }

    @Override
    public Optional<RunningStep> reattach(StepSpec spec, ResumePoint from, StepListener listener) {
        Attempt known = attempts.get(spec.key());
        if (known == null) {
            return Optional.empty();
        }
        Attempt again = new Attempt(spec, listener);
        attempts.put(spec.key(), again);
        Thread.ofVirtual().start(() -> again.runFrom(from));
        return Optional.of(again);
    }

    @Override
    public void destroy(StepKey key) {
        attempts.remove(key);
    }

    @Override
    public List<StepKey> leftovers() {
        return List.copyOf(attempts.keySet());
    }

    /// What was started, in order.
    public List<StepSpec> started() {
        return List.copyOf(started);
    }

    /// Lets every command that hangs, now or later, end its step well.
    public void endHanging() {
        hangingEnds = true;
        attempts.values().forEach(attempt -> attempt.exit.complete(new StepExit.Exited(0)));
    }

    private final class Attempt implements RunningStep {
        private final StepSpec spec;
        private final StepListener listener;
        private final CompletableFuture<StepExit> exit = new CompletableFuture<>();
        private volatile boolean hanging;

        Attempt(StepSpec spec, StepListener listener) {
            this.spec = spec;
            this.listener = listener;
        }

        void run() {
            runFrom(ResumePoint.START);
        }

        void runFrom(ResumePoint from) {
            if (from.started() == 0 && !listener.mayStart()) {
                exit.completeExceptionally(new ExecutorException("may not start"));
                return;
            }
            // the shell ended with the command that failed, whoever heard of that
            for (int command = 1; command <= from.finished(); command++) {
                Optional<StepExit> end = endOf(spec.script().get(command - 1));
                if (end.isPresent()) {
                    exit.complete(end.get());
                    return;
                }
            }
            long position = printedBy(from.finished());
            for (int command = from.finished() + 1; command <= spec.script().size(); command++) {
                pause(spec.script().get(command - 1));
                // what was let go is not told of any more
                synchronized (this) {
                    if (exit.isDone() || hanging) {
                        return;
                    }
                    position = runOne(command, from, position);
                }
            }
            if (!hanging) {
                exit.complete(new StepExit.Exited(0));
            }
        }

        private static void pause(String instruction) {
            if (instruction.startsWith("sleep ")) {
                try {
                    Thread.sleep(Long.parseLong(instruction.substring("sleep ".length())));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        /// How many bytes the first commands print, apart from those that show a file.
        private long printedBy(int commands) {
            return spec.script().stream()
                    .limit(commands)
                    .filter(instruction -> instruction.startsWith("print "))
                    .mapToLong(instruction -> instruction.length() - "print ".length() + 1)
                    .sum();
        }

        /// The position after it; the exit is complete when it was the last one.
        private long runOne(int command, ResumePoint from, long before) {
            long position = before;
            String instruction = spec.script().get(command - 1);
            if (command > from.started()) {
                listener.commandStarted(command);
            }
            Optional<String> printed = textOf(instruction);
            if (printed.isPresent()) {
                String text = printed.get();
                position += text.length() + 1;
                if (position > from.stdout()) {
                    listener.output(command, OutputChannel.STDOUT, OutputLine.of(text), position);
                }
            }
            if (instruction.startsWith("cache ")) {
                cache(instruction.substring("cache ".length()));
            }
            if (instruction.startsWith("append ")) {
                write(
                        spec.workspace().resolve("appended"),
                        filled(instruction.substring("append ".length())));
            }
            if (instruction.startsWith("link ")) {
                link(instruction.split(" ", 3));
            }
            if (instruction.startsWith("give ")) {
                write(
                        Path.of(spec.environment().getOrDefault("RUNNEL_OUTPUT", "")),
                        filled(instruction.substring("give ".length())));
            }
            Optional<StepExit> end = endOf(instruction);
            if (end.isPresent()) {
                if (end.get() instanceof StepExit.Exited(int code)) {
                    listener.commandFinished(command, code);
                }
                exit.complete(end.get());
                return position;
            }
            if (instruction.equals("hang")) {
                if (hangingEnds) {
                    exit.complete(new StepExit.Exited(0));
                }
                hanging = true;
                return position;
            }
            if (instruction.equals("lose-engine")) {
                exit.completeExceptionally(new ExecutorException("the engine is away"));
                return position;
            }
            listener.commandFinished(command, 0);
            return position;
        }

        private Optional<String> textOf(String instruction) {
            if (instruction.equals("show-cache")) {
                return Optional.of(cached());
            }
            if (instruction.equals("show")) {
                try {
                    return Optional.of(
                            String.join(
                                    ",", Files.readAllLines(spec.workspace().resolve("appended"))));
                } catch (IOException e) {
                    return Optional.of("nothing");
                }
            }
            if (instruction.startsWith("tell ")) {
                return Optional.of(
                        spec.environment()
                                .getOrDefault(instruction.substring("tell ".length()), "unset"));
            }
            return instruction.startsWith("print ")
                    ? Optional.of(filled(instruction.substring("print ".length())))
                    : Optional.empty();
        }

        private String cached() {
            for (Path folder : spec.mounts().values()) {
                try {
                    return Files.readString(folder.resolve("cached"));
                } catch (IOException e) {
                    return "nothing";
                }
            }
            return "no cache";
        }

        private void cache(String text) {
            try {
                for (Path folder : spec.mounts().values()) {
                    Files.writeString(folder.resolve("cached"), text);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void link(String[] words) {
            try {
                Files.createSymbolicLink(spec.workspace().resolve(words[1]), Path.of(words[2]));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void write(Path file, String text) {
            try {
                Files.writeString(
                        file, text + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private String filled(String text) {
            return text.replace("$ITEM_INDEX", spec.environment().getOrDefault("ITEM_INDEX", ""))
                    .replace("$ITEM", spec.environment().getOrDefault("ITEM", ""));
        }

        private Optional<StepExit> endOf(String instruction) {
            int attempt = spec.key().attempt();
            if (instruction.startsWith("fail-item ")) {
                String[] words = instruction.split(" ", -1);
                boolean fails =
                        words[1].equals(spec.environment().get("ITEM"))
                                && attempt <= Integer.parseInt(words[2]);
                return fails ? Optional.of(new StepExit.Exited(1)) : Optional.empty();
            }
            if (instruction.startsWith("fail ")) {
                int times = Integer.parseInt(instruction.substring("fail ".length()));
                return attempt > times ? Optional.empty() : Optional.of(new StepExit.Exited(1));
            }
            return switch (instruction) {
                case "vanish" -> Optional.of(new StepExit.Lost("it vanished"));
                case "exhaust" -> Optional.of(new StepExit.OutOfMemory());
                case "refuse" ->
                        Optional.of(new StepExit.Refused(Reason.IMAGE_NOT_FOUND, "no such image"));
                default ->
                        instruction.startsWith("exit ")
                                ? Optional.of(
                                        new StepExit.Exited(
                                                Integer.parseInt(instruction.substring(5))))
                                : Optional.empty();
            };
        }

        @Override
        public StepExit await() throws InterruptedException {
            try {
                return exit.get();
            } catch (ExecutionException e) {
                throw new ExecutorException("scripted", e);
            }
        }

        @Override
        public synchronized void stop(Duration grace) {
            exit.complete(new StepExit.Stopped());
        }

        @Override
        public synchronized void detach() {
            exit.completeExceptionally(new ExecutorException("detached"));
        }

        @Override
        public void close() {
            attempts.remove(spec.key());
        }
    }
}
