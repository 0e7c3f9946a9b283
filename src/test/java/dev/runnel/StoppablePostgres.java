package dev.runnel;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/// A PostgreSQL server of a test's own, which can go away and come back with its data.
public final class StoppablePostgres implements AutoCloseable {
    private final Path folder;
    private final int port;
    private EmbeddedPostgres server;

    /// @param folder for its data
    public StoppablePostgres(Path folder) {
        this.folder = folder;
        this.server = launch(folder, 0);
        this.port = server.getPort();
    }

    private static EmbeddedPostgres launch(Path folder, int port) {
        try {
            return TestPostgres.server()
                    .setDataDirectory(folder.resolve("data"))
                    .setCleanDataDirectory(false)
                    .setPort(port)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public TestPostgres database() {
        return new TestPostgres(port, "postgres");
    }

    /// Every connection breaks, and new ones are refused.
    public void stop() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Comes back at the same port.
    public void restart() {
        server = launch(folder, port);
    }

    @Override
    public void close() {
        stop();
    }
}
