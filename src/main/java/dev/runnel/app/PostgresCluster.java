package dev.runnel.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.runnel.workspace.Workspaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/// The files of the embedded database and the server process on them, through PostgreSQL's own
/// programs. Whoever uses it holds the lock of the folder.
final class PostgresCluster {
    /// Superuser of the cluster.
    static final String USER = "runnel";

    private static final System.Logger LOG = System.getLogger(PostgresCluster.class.getName());
    private static final Duration START_LIMIT = Duration.ofMinutes(5);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    private static final long LONGEST_LOG = 1 << 20;
    private static final int SHOWN_OF_LOG = 10;

    private final Path home;
    private final Path data;
    private final Path log;
    private final PostgresBinaries binaries;
    private final PostgresUser user;

    /// @param home folder of the cluster, without symbolic links in its path
    PostgresCluster(Path home, PostgresBinaries binaries, PostgresUser user) {
        this.home = home;
        this.data = home.resolve("data");
        this.log = home.resolve("log");
        this.binaries = binaries;
        this.user = user;
    }

    boolean exists() {
        return Files.isDirectory(data);
    }

    /// Makes the cluster.
    ///
    /// @param passwordFile holds the password of `USER`
    void create(Path passwordFile) throws IOException, InterruptedException {
        // PostgreSQL writes hundreds of files; one crash in the middle must not pass for a database
        Path unfinished = home.resolve("data.part");
        Workspaces.delete(unfinished);
        Files.createDirectory(unfinished);
        user.own(unfinished);
        Result result =
                run(
                        "initdb",
                        "--pgdata=" + unfinished,
                        "--username=" + USER,
                        "--pwfile=" + passwordFile,
                        "--auth=scram-sha-256",
                        "--encoding=UTF8",
                        "--locale-provider=builtin",
                        "--builtin-locale=C.UTF-8",
                        "--locale=C");
        if (result.code() != 0) {
            throw new CannotStart(
                    "PostgreSQL could not make a database in " + home + ":\n" + result.output());
        }
        Files.move(unfinished, data);
    }

    /// Fails when the files were made by another major version than that of the programs.
    void checkVersion() throws IOException, InterruptedException {
        String made = Files.readString(data.resolve("PG_VERSION")).strip();
        // "postgres (PostgreSQL) 18.6"
        String own = run("postgres", "--version").output().replaceAll("(?s).* (\\d+).*", "$1");
        if (!made.equals(own)) {
            throw new CannotStart(
                    "The database in "
                            + data
                            + " was made by PostgreSQL "
                            + made
                            + ", and this Runnel brings PostgreSQL "
                            + own
                            + ". Move the folder away to begin with an empty database, or go on with"
                            + " the Runnel that made it.");
        }
    }

    /// Stops a server that an earlier Runnel could not stop.
    void stopOrphan() throws IOException, InterruptedException {
        OptionalLong pid = recordedPid();
        if (pid.isEmpty()) {
            return;
        }
        if (isOurs(pid.getAsLong())) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "stopping the PostgreSQL (process {0}) of a Runnel that was killed",
                    Long.toString(pid.getAsLong()));
            stop();
        } else if (ProcessHandle.of(pid.getAsLong()).isPresent()) {
            // PostgreSQL would take whatever has this process id now for a server on these files
            Files.deleteIfExists(pidFile());
        }
    }

    private OptionalLong recordedPid() throws IOException {
        if (!Files.exists(pidFile())) {
            return OptionalLong.empty();
        }
        try (Stream<String> lines = Files.lines(pidFile())) {
            return lines.findFirst()
                    .filter(line -> line.matches("\\d{1,18}"))
                    .map(line -> OptionalLong.of(Long.parseLong(line)))
                    .orElse(OptionalLong.empty());
        }
    }

    private Path pidFile() {
        return data.resolve("postmaster.pid");
    }

    /// Whether the process is a server on these files: process ids are used again.
    private boolean isOurs(long pid) throws IOException {
        Optional<Path> program =
                ProcessHandle.of(pid).flatMap(process -> process.info().command()).map(Path::of);
        if (program.isEmpty() || !program.get().startsWith(home)) {
            return false;
        }
        Path workingDirectory = Path.of("/proc/" + pid + "/cwd");
        // a server works in the folder of its files; where there is no /proc its program must do
        return !Files.isReadable(workingDirectory) || workingDirectory.toRealPath().equals(data);
    }

    /// Starts the server and waits until it answers.
    ///
    /// @return false when something else took the port in the meantime
    boolean start(int port) throws IOException, InterruptedException {
        if (Files.exists(log) && Files.size(log) > LONGEST_LOG) {
            Files.delete(log);
        }
        long before = Files.exists(log) ? Files.size(log) : 0;
        Result result =
                run(
                        "pg_ctl",
                        "start",
                        "--silent",
                        "--wait",
                        "--timeout=" + START_LIMIT.toSeconds(),
                        "--pgdata=" + data,
                        "--log=" + log,
                        // no socket in the file system, and nothing that another machine could
                        // reach
                        "--options=-p "
                                + port
                                + " -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
                                + " -c cluster_name=runnel");
        if (result.code() == 0) {
            return true;
        }
        List<String> said = logSince(before);
        if (said.stream().anyMatch(line -> line.contains("could not bind"))) {
            return false;
        }
        throw new CannotStart(
                "PostgreSQL did not start in "
                        + home
                        + ":\n"
                        + String.join("\n", said.isEmpty() ? List.of(result.output()) : said)
                        + "\nAll that it says is in "
                        + log);
    }

    private List<String> logSince(long position) throws IOException {
        if (!Files.exists(log)) {
            return List.of();
        }
        byte[] bytes = Files.readAllBytes(log);
        int from = (int) Math.min(position, bytes.length);
        List<String> lines = new String(bytes, from, bytes.length - from, UTF_8).lines().toList();
        return lines.subList(Math.max(0, lines.size() - SHOWN_OF_LOG), lines.size());
    }

    /// Stops the server if it runs: clients are cut off, everything is written.
    void stop() throws IOException, InterruptedException {
        if (recordedPid().isEmpty()) {
            return;
        }
        Result result = stop("fast");
        if (result.code() != 0 && recordedPid().isPresent()) {
            LOG.log(System.Logger.Level.WARNING, "PostgreSQL takes long to stop, cutting it short");
            stop("immediate");
        }
    }

    private Result stop(String mode) throws IOException, InterruptedException {
        return run(
                "pg_ctl",
                "stop",
                "--silent",
                "--wait",
                "--timeout=" + STOP_LIMIT.toSeconds(),
                "--mode=" + mode,
                "--pgdata=" + data);
    }

    private record Result(int code, String output) {}

    private Result run(String program, String... arguments)
            throws IOException, InterruptedException {
        List<String> line =
                Stream.concat(Stream.of(binaries.program(program).toString()), Stream.of(arguments))
                        .toList();
        ProcessBuilder builder =
                new ProcessBuilder(user.command(line))
                        .directory(home.toFile())
                        .redirectErrorStream(true);
        // PGPORT, PGOPTIONS and the like are meant for other databases
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        // initdb would go on without us and be in the way of the next start; pg_ctl is quick, and
        // what it started is found again
        Thread hook = new Thread(process::destroy, "end of " + program);
        boolean hooked = program.equals("initdb") && addHook(hook);
        try {
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
            return new Result(process.waitFor(), output);
        } finally {
            if (hooked) {
                removeHook(hook);
            }
        }
    }

    private static boolean addHook(Thread hook) {
        try {
            Runtime.getRuntime().addShutdownHook(hook);
            return true;
        } catch (IllegalStateException e) {
            // the JVM is ending already
            return false;
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the hook runs already
        }
    }
}
