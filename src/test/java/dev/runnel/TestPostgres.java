package dev.runnel;

import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import org.flywaydb.core.Flyway;

/// A real PostgreSQL, one server per JVM, started when it is first needed; each test class takes a
/// database of its own. Fast rather than safe: nothing is synced to disk.
public record TestPostgres(int port, String database) {
    private static final String USER = "postgres";

    /// A new, empty database.
    public static TestPostgres empty() {
        String name = "runnel_" + UUID.randomUUID().toString().replace("-", "");
        new TestPostgres(Server.POSTGRES.getPort(), "postgres").execute("create database " + name);
        return new TestPostgres(Server.POSTGRES.getPort(), name);
    }

    /// A new database with all tables.
    public static TestPostgres migrated() {
        TestPostgres postgres = empty();
        postgres.migrate();
        return postgres;
    }

    /// How a test server is set up.
    public static EmbeddedPostgres.Builder server() {
        return EmbeddedPostgres.builder()
                .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
                .setServerConfig("fsync", "off")
                .setServerConfig("synchronous_commit", "off")
                .setServerConfig("full_page_writes", "off")
                .setServerConfig("max_connections", "200");
    }

    public void migrate() {
        Flyway.configure().dataSource(jdbcUrl(), USER, USER).load().migrate();
    }

    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    public String reactiveUrl() {
        return "postgresql://127.0.0.1:" + port + "/" + database;
    }

    public String user() {
        return USER;
    }

    /// A pool set up as the application's is.
    public Pool pool(Vertx vertx, int size) {
        PgConnectOptions options =
                PgConnectOptions.fromUri(reactiveUrl())
                        .setUser(USER)
                        .setPassword(USER)
                        .setCachePreparedStatements(true);
        return PgBuilder.pool()
                .with(new PoolOptions().setMaxSize(size))
                .connectingTo(options)
                .using(vertx)
                .build();
    }

    public Connection connect() throws SQLException {
        return DriverManager.getConnection(jdbcUrl(), USER, USER);
    }

    public String text(String sql) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    public void execute(String sql) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private static final class Server {
        static final EmbeddedPostgres POSTGRES = start();

        private static EmbeddedPostgres start() {
            try {
                return server().start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
