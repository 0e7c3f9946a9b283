package dev.runnel.executor.process;

import dev.runnel.executor.Executor;
import dev.runnel.executor.ExecutorException;
import dev.runnel.executor.OutputDecoder;
import dev.runnel.executor.PlaceRules;
import dev.runnel.executor.ResumePoint;
import dev.runnel.executor.RunningStep;
import dev.runnel.executor.ShellProgram;
import dev.runnel.executor.StepExit;
import dev.runnel.executor.StepKey;
import dev.runnel.executor.StepListener;
import dev.runnel.executor.StepSpec;
import dev.runnel.run.Reason;
import dev.runnel.run.RunId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Runs steps as processes of this machine and of Runnel's own user, in the checkout itself.
///
/// Nothing keeps a step from the machine. The image and the limits do not count: a step that uses
/// up the memory ends as the kernel ends it, with exit code 137. `StepSpec.workspacePath` does not
/// exist; the working directory is `StepSpec.workspace` or below it. What only a container can have
/// (a user, a network, containers beside it, a program of its image) is refused. Of Runnel's
/// environment a step sees only what every program needs (`PATH`, `HOME`, the locale, …).
///
/// Output goes to files and is read from there, so a listener that blocks does not slow the step
/// down; the disk has to have room for what a step prints.
@ApplicationScoped
class ProcessExecutor implements Executor {
    private static final Pattern KEY = Pattern.compile("(.{36})-([1-9]\\d{0,8})-([1-9]\\d{0,8})");
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final List<String> KEPT =
            List.of(
                    "PATH",
                    "HOME",
                    "USER",
                    "LOGNAME",
                    "LANG",
                    "LC_ALL",
                    "LC_CTYPE",
                    "TMPDIR",
                    "TZ");

    private final Path directory;
    private final RandomGenerator random;
    private final Map<String, String> environment;

    @Inject
    ProcessExecutor(ProcessConfig config) {
        this(config.directory(), new SecureRandom(), System.getenv());
    }

    /// @param environment that of Runnel
    ProcessExecutor(Path directory, RandomGenerator random, Map<String, String> environment) {
        this.directory = directory.toAbsolutePath().normalize();
        this.random = random;
        this.environment = Map.copyOf(environment);
    }

    @Override
    public String name() {
        return "process";
    }

    @Override
    public Optional<String> unavailable() {
        if (!Files.isReadable(Path.of("/proc/self/stat"))
                || !Files.isExecutable(Path.of("/bin/sh"))
                || Stream.of("setsid", "mkfifo", "cat", "mv").anyMatch(word -> !isOnPath(word))) {
            return Optional.of(
                    "Steps as processes need Linux with /proc, /bin/sh, setsid, mkfifo, cat and"
                            + " mv (the packages util-linux and coreutils, or busybox).");
        }
        try {
            makeDirectory();
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(
                    "The folder "
                            + directory
                            + " cannot be used ("
                            + e
                            + "). Set runnel.process.directory to one that only Runnel's user"
                            + " can use.");
        }
    }

    private boolean isOnPath(String program) {
        return Stream.of(environment.getOrDefault("PATH", "").split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    @Override
    public boolean isolates() {
        return false;
    }

    @Override
    public String workspaceSeen(Path workspace, String wanted) {
        return workspace.toAbsolutePath().normalize().toString();
    }

    @Override
    public RunningStep start(StepSpec spec, StepListener listener) {
        AttemptFolder folder = AttemptFolder.of(directory, spec.key());
        if (!listener.mayStart()) {
            return new NeverStarted(() -> {
                throw new ExecutorException("another process has taken up " + spec.key());
            });
        }
        Optional<StepExit.Refused> impossible = ProcessPlace.refusal(spec);
        if (impossible.isPresent()) {
            return new NeverStarted(impossible::get);
        }
        try {
            AttemptFolder.Program program =
                    ProcessPlace.program(spec, ShellProgram.newNonce(random), folder.path());
            makeDirectory();
            folder.create(program, exports(spec.environment()));
            ProcessPlace.unbounded(spec).ifPresent(listener::preparing);
            return launch(spec, program, folder, listener);
        } catch (FileAlreadyExistsException e) {
            return new NeverStarted(() -> refused("there is already an attempt " + spec.key()));
        } catch (IllegalArgumentException e) {
            return new NeverStarted(() -> refused(String.valueOf(e.getMessage())));
        } catch (IOException e) {
            return new NeverStarted(() -> {
                throw new ExecutorException("cannot write " + folder.path(), e);
            });
        }
    }

    private RunningStep launch(
            StepSpec spec,
            AttemptFolder.Program program,
            AttemptFolder folder,
            StepListener listener)
            throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(folder.command())
                        .directory(PlaceRules.directoryHere(spec).toFile())
                        .redirectInput(new File("/dev/null"))
                        .redirectErrorStream(true)
                        .redirectOutput(folder.complaints().toFile());
        Process keeper;
        try {
            fill(builder.environment(), spec);
            keeper = builder.start();
        } catch (IOException | IllegalArgumentException e) {
            folder.delete();
            return new NeverStarted(() -> refused(String.valueOf(e.getMessage())));
        }
        return follow(spec, program.nonce(), folder, ResumePoint.START, listener, keeper::isAlive);
    }

    private void fill(Map<String, String> variables, StepSpec spec) {
        variables.clear();
        KEPT.forEach(name -> {
            String value = environment.get(name);
            if (value != null) {
                variables.put(name, value);
            }
        });
        variables.putAll(spec.environment());
        variables.keySet().removeAll(exports(spec.environment()).keySet());
        AttemptProcesses.mark(variables, spec.key());
    }

    // Java writes the environment in the charset of the locale, and in the locale C puts question
    // marks for what it cannot
    private static Map<String, String> exports(Map<String, String> variables) {
        Map<String, String> beyond = new HashMap<>();
        variables.forEach((name, value) -> {
            if (!StandardCharsets.US_ASCII.newEncoder().canEncode(value)
                    && VARIABLE.matcher(name).matches()) {
                beyond.put(name, value);
            }
        });
        return beyond;
    }

    private static StepExit refused(String message) {
        return new StepExit.Refused(Reason.CONTAINER_REFUSED, "cannot start the step: " + message);
    }

    private static RunningStep follow(
            StepSpec spec,
            String nonce,
            AttemptFolder folder,
            ResumePoint from,
            StepListener listener,
            BooleanSupplier keeperStarts) {
        OutputDecoder decoder = OutputDecoder.of(spec, nonce, from, listener);
        ProcessStep step =
                new ProcessStep(
                        folder, new AttemptProcesses(folder, spec.key()), decoder, keeperStarts);
        step.follow(from, spec.setting().job().isPresent());
        return step;
    }

    @Override
    public Optional<RunningStep> reattach(StepSpec spec, ResumePoint from, StepListener listener) {
        AttemptFolder folder = AttemptFolder.of(directory, spec.key());
        try {
            return folder.nonce()
                    .map(nonce -> follow(spec, nonce, folder, from, listener, () -> false));
        } catch (IOException e) {
            throw new ExecutorException("cannot read " + folder.path(), e);
        }
    }

    @Override
    public void destroy(StepKey key) {
        AttemptFolder folder = AttemptFolder.of(directory, key);
        try {
            if (Files.exists(folder.path())) {
                new AttemptProcesses(folder, key).killAll();
                folder.delete();
            }
        } catch (IOException | UncheckedIOException e) {
            throw new ExecutorException("cannot remove " + folder.path(), e);
        }
    }

    @Override
    public List<StepKey> leftovers() {
        try (Stream<Path> folders = Files.list(directory)) {
            return folders.map(folder -> keyOf(folder.getFileName().toString()))
                    .flatMap(Optional::stream)
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException | UncheckedIOException e) {
            throw new ExecutorException("cannot read " + directory, e);
        }
    }

    private static Optional<StepKey> keyOf(String name) {
        Matcher key = KEY.matcher(name);
        return key.matches()
                ? RunId.parse(key.group(1))
                        .map(run ->
                                new StepKey(
                                        run,
                                        Integer.parseInt(key.group(2)),
                                        Integer.parseInt(key.group(3))))
                : Optional.empty();
    }

    private void makeDirectory() throws IOException {
        Files.createDirectories(
                directory,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        // the folder for temporary files is everybody's, and what lies here will be run
        if (!owner(directory).equals(owner(Path.of("/proc/self")))) {
            throw new IOException("it belongs to somebody else");
        }
    }

    private static Object owner(Path path) throws IOException {
        return Files.getAttribute(path, "unix:uid");
    }
}
