package dev.runnel.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.runnel.StoppablePostgres;
import dev.runnel.TestPostgres;
import dev.runnel.eventlog.DrivenRun;
import dev.runnel.run.Run;
import dev.runnel.store.RunStore;
import dev.runnel.store.RunStore.Lease;
import dev.runnel.store.RunStore.RunFilter;
import dev.runnel.store.StoreUnavailable;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Postgres does not answer, under a server of its own.
@QuarkusTest
@TestProfile(StoreProfile.class)
@QuarkusTestResource(value = StoreOutageTest.OwnServer.class, restrictToAnnotatedClass = true)
@Timeout(120)
class StoreOutageTest {
    private static final Duration LEASE = Duration.ofMinutes(5);
    private static final Duration SOON = Duration.ofSeconds(15);

    @Inject RunStore store;

    // OwnServer puts it here
    @SuppressWarnings("NullAway.Init")
    private StoppablePostgres postgres;

    @Test
    void everyCallSaysWithinSecondsThatTheDatabaseIsGoneAndWorksWhenItIsBack() throws Exception {
        Run run = stored();
        postgres.stop();
        everyCallIsRefusedSoon(run);
        postgres.restart();
        awaitAnswer(run);
        assertThat(store.claimNext("i", LEASE)).isPresent();
    }

    @Test
    void everyCallSaysWithinSecondsThatTheDatabaseHangs() throws Exception {
        Run run = stored();
        try (Connection connection = postgres.database().connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("lock table run in access exclusive mode");
            everyCallIsRefusedSoon(run);
            connection.rollback();
        }
        awaitAnswer(run);
    }

    private Run stored() {
        Run run = DrivenRun.requested();
        store.submit(run, Optional.empty());
        return run;
    }

    private void everyCallIsRefusedSoon(Run run) throws Exception {
        Lease lease = new Lease(run.id(), 1);
        List<Runnable> calls =
                List.of(
                        () -> store.submit(DrivenRun.requested(), Optional.empty()),
                        () -> store.find(run.id()),
                        () -> store.list(RunFilter.ALL, Optional.empty(), 10),
                        () -> store.claimNext("i", LEASE),
                        () -> store.claim(run.id(), "i", LEASE),
                        () -> store.renew("i", Set.of(lease), LEASE),
                        () -> store.release(lease),
                        () -> store.requestCancel(run.id()));
        long began = System.nanoTime();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Throwable>> answers =
                    calls.stream()
                            .map(call -> threads.submit(() -> catchThrowable(call::run)))
                            .toList();
            for (int call = 0; call < calls.size(); call++) {
                assertThat(answers.get(call).get())
                        .as("call %d", call)
                        .isInstanceOf(StoreUnavailable.class);
            }
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(SOON);
    }

    private void awaitAnswer(Run run) throws InterruptedException {
        while (true) {
            try {
                assertThat(store.find(run.id())).map(Run::id).contains(run.id());
                return;
            } catch (StoreUnavailable e) {
                Thread.sleep(50);
            }
        }
    }

    /// Gives the test a server that it can stop.
    public static final class OwnServer implements QuarkusTestResourceLifecycleManager {
        private Optional<StoppablePostgres> server = Optional.empty();

        @Override
        public Map<String, String> start() {
            StoppablePostgres started = new StoppablePostgres(newFolder());
            server = Optional.of(started);
            TestPostgres postgres = started.database();
            return Map.of(
                    "quarkus.datasource.reactive.url", postgres.reactiveUrl(),
                    "quarkus.datasource.jdbc.url", postgres.jdbcUrl(),
                    "quarkus.datasource.username", postgres.user(),
                    "quarkus.datasource.password", postgres.user());
        }

        private static Path newFolder() {
            try {
                return Files.createTempDirectory("runnel-store-outage");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void inject(TestInjector injector) {
            injector.injectIntoFields(
                    server.orElseThrow(), field -> field.getType() == StoppablePostgres.class);
        }

        @Override
        public void stop() {
            server.ifPresent(StoppablePostgres::close);
        }
    }
}
