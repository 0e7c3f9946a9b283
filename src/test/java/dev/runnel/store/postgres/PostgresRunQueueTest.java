package dev.runnel.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.PostgresResource;
import dev.runnel.eventlog.EventLog;
import dev.runnel.run.Queueing;
import dev.runnel.run.Queueing.Concurrency;
import dev.runnel.run.Queueing.Concurrency.Policy;
import dev.runnel.run.Run;
import dev.runnel.store.Instances;
import dev.runnel.store.Pauses;
import dev.runnel.store.Pauses.Scope;
import dev.runnel.store.RunLabelsContract;
import dev.runnel.store.RunQueue;
import dev.runnel.store.RunQueue.Held;
import dev.runnel.store.RunStore;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(StoreProfile.class)
@QuarkusTestResource(PostgresResource.class)
class PostgresRunQueueTest extends RunLabelsContract {
    @Inject RunStore store;
    @Inject RunQueue queue;
    @Inject Pauses pauses;
    @Inject Instances instances;
    @Inject EventLog log;

    @Inject
    @ConfigProperty(name = "quarkus.datasource.jdbc.url")
    String url;

    @Override
    protected RunStore store() {
        return store;
    }

    @Override
    protected RunQueue queue() {
        return queue;
    }

    @Override
    protected Pauses pauses() {
        return pauses;
    }

    @Override
    protected Instances instances() {
        return instances;
    }

    @Override
    protected EventLog log() {
        return log;
    }

    @Test
    void aGroupWhoseInstanceDiedBeforeItToldOfTheEndIsRepaired() throws Exception {
        Concurrency one = new Concurrency(UUID.randomUUID().toString(), 1, Policy.QUEUE);
        Queueing grouped = new Queueing(0, Optional.empty(), Optional.of(one));
        Run first = submit("a", grouped);
        Run second = submit("a", grouped);
        queue.repair();
        assertThat(heldBy(second)).contains(Held.GROUP);
        execute("update run set ended = true where id = ?", first.id().value());
        assertThat(store.claimNext("i", LEASE)).isEmpty();
        queue.repair();
        assertThat(claimAll()).containsExactly(second.id());
    }

    @Test
    void aPauseThatWasLeftHalfDoneHoldsAtOnceAndIsRepaired() throws Exception {
        Run waiting = submit("half/done", Queueing.USUAL);
        execute(
                "insert into pause (scope, repository, paused_by) values ('repository', ?, 'x')",
                "half/done");
        Run other = submit("half/other", Queueing.USUAL);
        assertThat(heldBy(waiting)).isEmpty();
        assertThat(claimAll()).containsExactly(other.id());
        queue.repair();
        assertThat(heldBy(waiting)).contains(Held.REPOSITORY_PAUSED);

        execute("delete from pause where repository = ?", "half/done");
        assertThat(claimAll()).isEmpty();
        queue.repair();
        assertThat(claimAll()).containsExactly(waiting.id());
    }

    @Test
    void aPauseOfARepositoryWithThousandsOfWaitingRunsHoldsAndFreesThemAll() throws Exception {
        execute(
                """
                insert into run (id, url, repository, request, created_at, state, rank)
                select gen_random_uuid(), 'u', ?, '{"variables":{}}', now(), 'PENDING', n
                from generate_series(1, 2500) as n
                """,
                "many/runs");
        pauses.pause(new Scope.Repository("many/runs"), "me", Optional.empty());
        assertThat(queue.depth().held()).containsEntry(Held.REPOSITORY_PAUSED, 2500L);
        assertThat(store.claimNext("i", LEASE)).isEmpty();
        pauses.resume(new Scope.Repository("many/runs"));
        assertThat(queue.depth().held()).isEmpty();
        assertThat(queue.depth().waiting()).isEqualTo(2500);
        execute("delete from run where repository = ?", "many/runs");
    }

    private void execute(String sql, Object parameter) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, "postgres", "postgres");
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setObject(1, parameter);
            statement.executeUpdate();
        }
    }
}
