package dev.runnel.it;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;

/// A real Postgres that can be stopped and started again with its data.
final class TestDatabase implements AutoCloseable {
    private final Path folder;
    private EmbeddedPostgres postgres;
    private final int port;

    private TestDatabase(Path folder) {
        this.folder = folder;
        this.postgres = launch(folder, 0);
        this.port = postgres.getPort();
    }

    static TestDatabase start(Path folder) {
        return new TestDatabase(folder);
    }

    private static EmbeddedPostgres launch(Path folder, int port) {
        try {
            return EmbeddedPostgres.builder()
                    .setDataDirectory(folder.resolve("postgres"))
                    .setCleanDataDirectory(false)
                    .setPort(port)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

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

    /// Stops it; connections break.
    void stop() {
        try {
            postgres.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Starts it again at the same place.
    void restart() {
        postgres = launch(folder, port);
    }

    @Override
    public void close() {
        stop();
    }
}
