package dev.runnel.chaos;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A Postgres of our own, which can be restarted with and without warning. Safe for a crash: it
/// syncs what it commits.
final class Cluster implements AutoCloseable {
    private final Path folder;
    private final int port;
    private EmbeddedPostgres server;

    private Cluster(Path folder) throws IOException {
        this.folder = folder;
        this.server = launch(folder, 0);
        this.port = server.getPort();
    }

    static Cluster start(Path folder) throws IOException {
        return new Cluster(folder);
    }

    private static EmbeddedPostgres launch(Path folder, int port) throws IOException {
        return EmbeddedPostgres.builder()
                // off by default here, so that a crash would lose what was committed
                .setServerConfig("synchronous_commit", "on")
                .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
                .setDataDirectory(folder.resolve("postgres"))
                .setCleanDataDirectory(false)
                .setPort(port)
                .start();
    }

    /// The settings with which a server uses it.
    Map<String, String> properties() {
        String place = "127.0.0.1:" + port + "/postgres";
        return Map.of(
                "quarkus.datasource.reactive.url",
                "postgresql://" + place,
                "quarkus.datasource.jdbc.url",
                "jdbc:postgresql://" + place,
                "quarkus.datasource.username",
                "postgres",
                "quarkus.datasource.password",
                "postgres");
    }

    /// Ends its sessions, writes everything, ends; then starts again.
    void restartFast() throws IOException {
        server.close();
        server = launch(folder, port);
    }

    /// Ends at once, without a word, and recovers at the start.
    void restartImmediately() throws IOException, InterruptedException {
        Path file = folder.resolve("postgres/postmaster.pid");
        long pid = Long.parseLong(Files.readAllLines(file).getFirst().strip());
        Commands.run("kill", "-QUIT", Long.toString(pid));
        ProcessHandle.of(pid)
                .ifPresent(process -> process.onExit().orTimeout(20, TimeUnit.SECONDS).join());
        // all that is left to stop is the lock on the folder
        server.close();
        server = launch(folder, port);
    }

    /// The number that a question gives.
    long number(String sql) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(
                                "jdbc:postgresql://127.0.0.1:" + port + "/postgres",
                                "postgres",
                                "postgres");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
