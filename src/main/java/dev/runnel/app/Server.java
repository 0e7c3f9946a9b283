package dev.runnel.app;

import dev.runnel.executor.Executor;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.configuration.ConfigUtils;
import io.smallrye.config.SmallRyeConfig;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.CDI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/// The service in this process: the embedded database when no other is configured, then Quarkus,
/// then both back down in the other order. At most one per process.
public final class Server {
    // held, because a logger that nobody holds forgets its level
    private static final Logger EARLY = Logger.getLogger("org.hibernate");

    private Server() {}

    /// Runs the service until the process is asked to end.
    ///
    /// @return exit code for the process
    /// @throws CannotStart when the service cannot start, for a reason that its user can change
    public static int run() {
        return run(ServeUntilAsked.class);
    }

    /// Runs the service, and once it is ready a program on it; ends when the program does.
    ///
    /// @return exit code of the program
    /// @throws CannotStart when the service cannot start, for a reason that its user can change
    public static int run(Class<? extends QuarkusApplication> program) {
        Optional<EmbeddedDatabase> database = prepareDatabase();
        CountDownLatch ended = new CountDownLatch(1);
        // A signal ends the JVM as soon as its hooks have returned, whatever this thread is doing,
        // and the database has to outlive Quarkus.
        database.ifPresent(_ ->
                Runtime.getRuntime()
                        .addShutdownHook(new Thread(() -> awaitQuietly(ended), "end of database")));
        try {
            return boot(program);
        } finally {
            database.ifPresent(EmbeddedDatabase::close);
            ended.countDown();
        }
    }

    /// Asks every executor there is, chosen or not, whether it can run steps and what it holds;
    /// only while the service runs.
    public static void askExecutors() {
        for (Executor executor : CDI.current().select(Executor.class, Any.Literal.INSTANCE)) {
            if (executor.unavailable().isEmpty()) {
                executor.leftovers();
            }
        }
    }

    /// Where this process keeps its data, as configured outside.
    public static DataDirectory dataDirectory() {
        return dataDirectory(settings());
    }

    private static int boot(Class<? extends QuarkusApplication> program) {
        // before there is a configuration it describes a database that it does not know yet, and
        // that would stand above whatever is wrong with the configuration
        EARLY.setLevel(Level.WARNING);
        AtomicInteger exitCode = new AtomicInteger();
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        Quarkus.run(
                program,
                (code, cause) -> {
                    exitCode.set(code);
                    failure.set(cause);
                });
        @Nullable Throwable cause = failure.get();
        if (cause != null) {
            StartFailure.report(cause);
        }
        return exitCode.get();
    }

    /// Starts the embedded database unless another one is configured, and tells Quarkus about it.
    private static Optional<EmbeddedDatabase> prepareDatabase() {
        SmallRyeConfig settings = settings();
        DataDirectory folder = dataDirectory(settings);
        // the settings of others build on this one, and cannot know what it is when nobody set it
        System.setProperty("runnel.data-dir", folder.path().toString());
        DatabaseAddress configured = DatabaseAddress.in(settings);
        if (configured.isSet()) {
            configured.complete().forEach(System::setProperty);
            return Optional.empty();
        }
        EmbeddedDatabase database = EmbeddedDatabase.start(folder.postgres());
        database.settings().forEach(System::setProperty);
        return Optional.of(database);
    }

    /// The sources that Quarkus itself reads: system properties, environment, `.env`, and
    /// `config/application.properties`.
    private static SmallRyeConfig settings() {
        return ConfigUtils.configBuilder().build();
    }

    private static DataDirectory dataDirectory(SmallRyeConfig settings) {
        return DataDirectory.of(settings.getOptionalValue("runnel.data-dir", Path.class));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Serves until the process is asked to end.
    static final class ServeUntilAsked implements QuarkusApplication {
        @Override
        public int run(String... arguments) {
            Quarkus.waitForExit();
            return 0;
        }
    }
}
