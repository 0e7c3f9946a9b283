package dev.runnel.executor.process;

import dev.runnel.executor.StepKey;
import dev.runnel.run.OutputChannel;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// What the disk holds of an attempt; all that is left of it when Runnel dies.
///
/// @param path absolute
record AttemptFolder(Path path) {
    private static final String NONCE = "nonce";
    private static final String KEEPER = "keeper";
    private static final String STEP = "step";
    private static final String CODE = "code";

    // The step has a session of its own, so that the keeper outlives whatever is done to it. Its
    // output goes through pipes, because a file would be cut to nothing by `echo … >/dev/stderr`.
    // The brackets keep the keeper's own `Killed` out of it.
    // A session's processes are killed as soon as its shell is over, as a container's would be.
    private static final String KEEP =
            """
            read -r boot </proc/sys/kernel/random/boot_id
            read -r stat </proc/$$/stat
            printf '%s\\n%s\\n' "$boot" "$stat" >"$1/keeper.new" && mv "$1/keeper.new" "$1/keeper"
            mkfifo "$1/stdout.pipe" "$1/stderr.pipe"
            cat <"$1/stdout.pipe" >>"$1/stdout" &
            cat <"$1/stderr.pipe" >>"$1/stderr" &
            (exec setsid /bin/sh "$1/begin" "$1" >"$1/stdout.pipe" 2>"$1/stderr.pipe")
            code=$?
            read -r leader rest <"$1/step" && kill -KILL -- "-$leader" 2>/dev/null
            echo "$code" >"$1/code.new" && mv "$1/code.new" "$1/code"
            wait
            """;

    /// What an attempt runs.
    ///
    /// @param nonce of its markers
    /// @param files texts by name
    /// @param call the program and its arguments
    record Program(String nonce, Map<String, String> files, List<String> call) {}

    static AttemptFolder of(Path directory, StepKey key) {
        return new AttemptFolder(directory.resolve(key.toString()));
    }

    /// Makes the folder.
    ///
    /// @param program what it runs
    /// @param exports variables that the environment of a new process cannot carry
    /// @throws java.nio.file.FileAlreadyExistsException when the attempt exists
    void create(Program program, Map<String, String> exports) throws IOException {
        Files.createDirectory(
                path,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.writeString(file("keep"), KEEP);
        Files.writeString(file("begin"), beginning(exports, program.call()));
        for (Map.Entry<String, String> entry : program.files().entrySet()) {
            Files.writeString(file(entry.getKey()), entry.getValue());
        }
        for (OutputChannel channel : OutputChannel.values()) {
            Files.createFile(output(channel));
        }
        // last, because a folder with a nonce is complete
        Files.writeString(file(NONCE), program.nonce());
    }

    private static String beginning(Map<String, String> exports, List<String> call) {
        StringBuilder text =
                new StringBuilder(
                        """
                        read -r __runnel_stat </proc/$$/stat
                        echo "$__runnel_stat" >"$1/step"
                        unset __runnel_stat
                        """);
        exports.forEach((name, value) ->
                text.append("export ").append(name).append('=').append(quoted(value)).append('\n'));
        text.append("exec");
        call.forEach(word -> text.append(' ').append(quoted(word)));
        return text.append('\n').toString();
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    /// The command that starts the keeper.
    String[] command() {
        return new String[] {"setsid", "/bin/sh", file("keep").toString(), path.toString()};
    }

    /// Where the keeper says what is wrong with itself.
    Path complaints() {
        return file("complaints");
    }

    Path output(OutputChannel channel) {
        return switch (channel) {
            case STDOUT -> file("stdout");
            case STDERR -> file("stderr");
        };
    }

    /// The nonce of the attempt's program; empty when there is no attempt, or not a whole one.
    Optional<String> nonce() throws IOException {
        return text(NONCE);
    }

    /// The exit code of the step; empty while nobody knows it.
    OptionalInt code() throws IOException {
        // asked many times a second, and an exception is dear
        if (!Files.exists(file(CODE))) {
            return OptionalInt.empty();
        }
        Optional<String> code = text(CODE);
        return code.isPresent()
                ? OptionalInt.of(Integer.parseInt(code.get()))
                : OptionalInt.empty();
    }

    /// The keeper's shell; empty before it runs, and when the machine was started anew since.
    Optional<HostProcess> keeper() throws IOException {
        return text(KEEPER)
                .map(text -> text.split("\n", 2))
                .filter(lines -> lines.length == 2 && lines[0].equals(HostProcess.boot()))
                .flatMap(lines -> HostProcess.parse(lines[1]));
    }

    /// The step's shell; empty before it runs.
    Optional<HostProcess> step() throws IOException {
        return text(STEP).flatMap(HostProcess::parse);
    }

    private Optional<String> text(String name) throws IOException {
        try {
            String text = Files.readString(file(name)).strip();
            return text.isEmpty() ? Optional.empty() : Optional.of(text);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /// Removes the folder, if there is one.
    void delete() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException e) {
            return;
        }
        Files.deleteIfExists(path);
    }

    private Path file(String name) {
        return path.resolve(name);
    }
}
