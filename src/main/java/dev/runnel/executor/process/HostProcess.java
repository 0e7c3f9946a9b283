package dev.runnel.executor.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A process as `/proc/<pid>/stat` shows it (proc_pid_stat(5)).
///
/// @param state one letter, `Z` and `X` are dead
/// @param started clock ticks since the machine was; with the pid, tells a process from a later one
record HostProcess(long pid, char state, long group, long session, long started) {
    private static final Path PROC = Path.of("/proc");
    // counted from the state, the first field after the name, which may hold anything
    private static final int GROUP = 2;
    private static final int SESSION = 3;
    private static final int STARTED = 19;

    /// Changes whenever the machine starts.
    static String boot() {
        try {
            return Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Every process of the machine that is not dead.
    static List<HostProcess> all() throws IOException {
        List<HostProcess> found = new ArrayList<>();
        try (Stream<Path> entries = Files.list(PROC)) {
            for (Path entry : (Iterable<Path>) entries::iterator) {
                String name = entry.getFileName().toString();
                if (Character.isDigit(name.charAt(0))) {
                    find(Long.parseLong(name)).ifPresent(found::add);
                }
            }
        }
        return found;
    }

    /// The process that has this number now, unless it is dead.
    static Optional<HostProcess> find(long pid) {
        return read(pid, "stat")
                .flatMap(bytes -> parse(new String(bytes, StandardCharsets.ISO_8859_1)))
                .filter(process -> process.state != 'Z' && process.state != 'X');
    }

    static Optional<HostProcess> parse(String stat) {
        int name = stat.indexOf('(');
        int afterName = stat.lastIndexOf(')') + 2;
        if (name < 2 || afterName < name) {
            return Optional.empty();
        }
        String[] fields = stat.substring(afterName).strip().split(" ", -1);
        return fields.length <= STARTED
                ? Optional.empty()
                : Optional.of(
                        new HostProcess(
                                Long.parseLong(stat.substring(0, name - 1)),
                                fields[0].charAt(0),
                                Long.parseLong(fields[GROUP]),
                                Long.parseLong(fields[SESSION]),
                                Long.parseLong(fields[STARTED])));
    }

    /// Whether this process, and not a later one with its number, runs.
    boolean isAlive() {
        return find(pid).filter(now -> now.started == started).isPresent();
    }

    /// Whether it was started with this variable (`NAME=value`); not so when nobody may look.
    boolean hasVariable(String variable) {
        return read(pid, "environ")
                .map(bytes -> "\0" + new String(bytes, StandardCharsets.ISO_8859_1))
                .filter(environment -> environment.contains("\0" + variable + "\0"))
                .isPresent();
    }

    void terminate() {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy);
    }

    void kill() {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }

    private static Optional<byte[]> read(long pid, String file) {
        try {
            return Optional.of(Files.readAllBytes(PROC.resolve(pid + "/" + file)));
        } catch (IOException e) {
            // it ended meanwhile, or belongs to somebody whose processes are none of our business
            return Optional.empty();
        }
    }
}
