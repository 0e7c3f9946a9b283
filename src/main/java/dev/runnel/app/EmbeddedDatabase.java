package dev.runnel.app;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A PostgreSQL of Runnel's own, for when nobody configured one: its files stay where they are from
/// start to start, it listens on a free port of the loopback address, and it asks for a password
/// that only this folder knows.
final class EmbeddedDatabase implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(EmbeddedDatabase.class.getName());
    private static final int TRIES = 5;
    private static final int PASSWORD_BYTES = 24;
    private static final Set<PosixFilePermission> OWNER_ONLY =
            PosixFilePermissions.fromString("rw-------");

    private final FileChannel lock;
    private final PostgresCluster cluster;
    private final int port;
    private final String password;
    private boolean closed;

    private EmbeddedDatabase(FileChannel lock, PostgresCluster cluster, int port, String password) {
        this.lock = lock;
        this.cluster = cluster;
        this.port = port;
        this.password = password;
    }

    /// Starts the database in this folder, which is made when it is not there.
    ///
    /// @throws CannotStart when another Runnel has it, when its files are of another version, when
    ///   PostgreSQL does not start
    static EmbeddedDatabase start(Path folder) {
        return start(folder, PostgresUser.choose());
    }

    static EmbeddedDatabase start(Path folder, PostgresUser user) {
        Instant begin = Instant.now();
        try {
            Files.createDirectories(
                    folder,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            Path home = folder.toRealPath();
            FileChannel lock = lock(home);
            try {
                EmbeddedDatabase database = start(home, lock, user);
                LOG.log(
                        System.Logger.Level.DEBUG,
                        "embedded PostgreSQL on port {0} after {1} ms",
                        Integer.toString(database.port),
                        Duration.between(begin, Instant.now()).toMillis());
                return database;
            } catch (IOException | InterruptedException | RuntimeException e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw new CannotStart(
                    "The embedded database cannot be used: "
                            + e
                            + ". Is "
                            + folder
                            + " writable, and is there room? Set runnel.data-dir to another folder,"
                            + " or quarkus.datasource.jdbc.url to a PostgreSQL of yours.",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CannotStart("Interrupted while the embedded database started", e);
        }
    }

    private static EmbeddedDatabase start(Path home, FileChannel lock, PostgresUser user)
            throws IOException, InterruptedException {
        PostgresBinaries binaries = PostgresBinaries.in(home);
        PostgresCluster cluster = new PostgresCluster(home, binaries, user);
        Path passwordFile = home.resolve("password");
        if (!cluster.exists()) {
            writePassword(passwordFile);
        }
        user.own(home);
        user.own(binaries.folder());
        if (cluster.exists()) {
            cluster.stopOrphan();
            cluster.checkVersion();
        } else {
            user.own(passwordFile);
            cluster.create(passwordFile);
        }
        int port = startOnFreePort(cluster);
        binaries.removeOthers();
        return new EmbeddedDatabase(lock, cluster, port, Files.readString(passwordFile).strip());
    }

    private static int startOnFreePort(PostgresCluster cluster)
            throws IOException, InterruptedException {
        for (int attempt = 0; attempt < TRIES; attempt++) {
            int port = freePort();
            if (cluster.start(port)) {
                return port;
            }
        }
        throw new CannotStart(
                "PostgreSQL found every port that it tried taken, " + TRIES + " times in a row.");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void writePassword(Path file) throws IOException {
        byte[] secret = new byte[PASSWORD_BYTES];
        new SecureRandom().nextBytes(secret);
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        Files.writeString(file, HexFormat.of().formatHex(secret) + "\n");
    }

    /// The lock is the kernel's and ends with the process, however that ends; what is written into
    /// the file is only for people.
    private static FileChannel lock(Path home) throws IOException {
        Path file = home.resolve("lock");
        FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        if (!tryLock(channel)) {
            channel.close();
            throw new CannotStart(
                    "Another Runnel uses the database in "
                            + home
                            + ": "
                            + Files.readString(file).strip()
                            + ". Stop it, or give this one a folder of its own (runnel.data-dir), or"
                            + " give both the same PostgreSQL (quarkus.datasource.jdbc.url).");
        }
        String holder =
                "process "
                        + ProcessHandle.current().pid()
                        + ", since "
                        + Instant.now().truncatedTo(ChronoUnit.SECONDS);
        channel.truncate(0);
        channel.write(ByteBuffer.wrap((holder + "\n").getBytes(StandardCharsets.UTF_8)));
        return channel;
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            @Nullable FileLock taken = channel.tryLock();
            return taken != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    int port() {
        return port;
    }

    /// What Quarkus needs to know to use it.
    Map<String, String> settings() {
        String address = "postgresql://127.0.0.1:" + port + "/postgres";
        return Map.of(
                "quarkus.datasource.jdbc.url",
                "jdbc:" + address,
                "quarkus.datasource.reactive.url",
                address,
                "quarkus.datasource.username",
                PostgresCluster.USER,
                "quarkus.datasource.password",
                password);
    }

    /// Stops the database; its files stay. Safe to call twice and from several threads.
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (lock) {
            cluster.stop();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "the embedded PostgreSQL was not stopped", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
