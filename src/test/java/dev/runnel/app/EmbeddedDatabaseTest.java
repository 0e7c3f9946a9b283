package dev.runnel.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedDatabaseTest {
    /// Made once; every test leaves it as it found it, without a server.
    @TempDir static Path folder;

    @BeforeAll
    static void make() {
        EmbeddedDatabase.start(folder).close();
    }

    @Test
    void keepsItsDataFromStartToStart() throws SQLException {
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            execute(database, "create table first as select 42 as answer");
        }
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            assertThat(ask(database, "select answer from first")).isEqualTo("42");
        }
    }

    @Test
    void writesToDiskAndListensOnLoopbackOnly() throws SQLException {
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            assertThat(ask(database, "show fsync")).isEqualTo("on");
            assertThat(ask(database, "show synchronous_commit")).isEqualTo("on");
            assertThat(ask(database, "show listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(ask(database, "show unix_socket_directories")).isEmpty();
        }
    }

    @Test
    void letsNobodyInWithoutThePassword() {
        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            String url = database.settings().get("quarkus.datasource.jdbc.url");
            assertThatThrownBy(() -> DriverManager.getConnection(url, "runnel", "guess").close())
                    .hasMessageContaining("password authentication failed");
        }
    }

    @Test
    void tellsTheSecondOneWhoHasIt() {
        try (EmbeddedDatabase first = EmbeddedDatabase.start(folder)) {
            assertThat(first.port()).isPositive();
            assertThatThrownBy(() -> EmbeddedDatabase.start(folder))
                    .isInstanceOf(CannotStart.class)
                    .hasMessageContaining("process " + ProcessHandle.current().pid())
                    .hasMessageContaining("runnel.data-dir");
        }
    }

    @Test
    void takesOverAfterARunnelThatWasKilled() throws Exception {
        long orphan = killedWithTableLeft();
        assertThat(programOf(orphan)).contains("postgres");

        try (EmbeddedDatabase database = EmbeddedDatabase.start(folder)) {
            assertThat(ask(database, "select answer from kept")).isEqualTo("42");
            // where nobody cleans up after dead processes, its number is still there
            assertThat(programOf(orphan)).doesNotContain("postgres");
        }
    }

    @Test
    void leavesAloneTheProcessThatHasTheNumberOfADeadServer() throws Exception {
        Process stranger = new ProcessBuilder("sleep", "60").start();
        try {
            Path pidFile = folder.resolve("data/postmaster.pid");
            Files.writeString(pidFile, stranger.pid() + "\n" + folder.resolve("data") + "\n");

            EmbeddedDatabase.start(folder).close();

            assertThat(stranger.isAlive()).isTrue();
        } finally {
            stranger.destroy();
        }
    }

    @Test
    void beginsAnewWhenItWasKilledWhileMakingTheDatabase(@TempDir Path home) throws Exception {
        Files.createDirectories(home.resolve("data.part/base"));
        Files.createDirectories(home.resolve("programs-0123.part/bin"));

        try (EmbeddedDatabase database = EmbeddedDatabase.start(home)) {
            assertThat(ask(database, "select 1")).isEqualTo("1");
        }
    }

    @Test
    void refusesFilesOfAnotherMajorVersion() throws IOException {
        Path version = folder.resolve("data/PG_VERSION");
        String before = Files.readString(version);
        Files.writeString(version, "14\n");
        try {
            assertThatThrownBy(() -> EmbeddedDatabase.start(folder))
                    .isInstanceOf(CannotStart.class)
                    .hasMessageContaining("made by PostgreSQL 14")
                    .hasMessageContaining("brings PostgreSQL " + before.strip());
        } finally {
            Files.writeString(version, before);
        }
    }

    @Test
    void saysWhatPostgresSaysWhenItDoesNotStart() throws IOException {
        Path settings = folder.resolve("data/postgresql.auto.conf");
        String before = Files.readString(settings);
        Files.writeString(settings, "no_such_setting = 1\n");
        try {
            assertThatThrownBy(() -> EmbeddedDatabase.start(folder))
                    .isInstanceOf(CannotStart.class)
                    .hasMessageContaining("no_such_setting");
        } finally {
            Files.writeString(settings, before);
        }
    }

    @Test
    void runsAsNobodyWhereRootMayNotMakeNamespaces(@TempDir Path parent) throws Exception {
        assumeTrue(new UnixSystem().getUid() == 0, "only root can become nobody");
        Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path home = parent.resolve("postgres");
        EmbeddedDatabase.start(home, PostgresUser.ROOT_IN_NAMESPACE).close();

        try (EmbeddedDatabase database = EmbeddedDatabase.start(home, PostgresUser.NOBODY)) {
            assertThat(ask(database, "select 1")).isEqualTo("1");
            assertThat(Files.getAttribute(home.resolve("data"), "unix:uid")).isEqualTo(65534);
        }
    }

    /// Starts the database in another JVM, which ends without stopping it.
    ///
    /// @return process id of the server that is left
    private long killedWithTableLeft() throws Exception {
        Process victim =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Victim.class.getName(),
                                folder.toString())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(victim.getInputStream().readAllBytes(), UTF_8);
        assertThat(victim.waitFor(60, TimeUnit.SECONDS)).as(output).isTrue();
        assertThat(victim.exitValue()).as(output).isEqualTo(137);
        List<String> lines = Files.readAllLines(folder.resolve("data/postmaster.pid"));
        return Long.parseLong(lines.getFirst());
    }

    /// What a `kill -9` leaves.
    static final class Victim {
        private Victim() {}

        public static void main(String[] arguments) throws SQLException {
            EmbeddedDatabase database = EmbeddedDatabase.start(Path.of(arguments[0]));
            execute(database, "create table kept as select 42 as answer");
            Runtime.getRuntime().halt(137);
        }
    }

    private static String programOf(long pid) {
        return ProcessHandle.of(pid).flatMap(process -> process.info().command()).orElse("");
    }

    private static void execute(EmbeddedDatabase database, String sql) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String ask(EmbeddedDatabase database, String sql) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            assertThat(result.next()).isTrue();
            return result.getString(1);
        }
    }

    private static Connection connect(EmbeddedDatabase database) throws SQLException {
        return DriverManager.getConnection(
                database.settings().get("quarkus.datasource.jdbc.url"),
                database.settings().get("quarkus.datasource.username"),
                database.settings().get("quarkus.datasource.password"));
    }
}
