package dev.runnel.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.PostgresResource;
import dev.runnel.eventlog.DrivenRun;
import dev.runnel.run.Queueing;
import dev.runnel.run.Queueing.Concurrency;
import dev.runnel.run.Queueing.Concurrency.Policy;
import dev.runnel.run.Run;
import dev.runnel.run.RunState;
import dev.runnel.store.Pauses;
import dev.runnel.store.Pauses.Scope;
import dev.runnel.store.RunQueue;
import dev.runnel.store.RunQueue.Spot;
import dev.runnel.store.RunQueue.Waiting;
import dev.runnel.store.RunStore;
import dev.runnel.store.RunStore.Claim;
import dev.runnel.store.RunStore.RunFilter;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Among a hundred thousand ended runs, the queue and the lists touch few rows.
@QuarkusTest
@TestProfile(StoreProfile.class)
// a database of its own: sessions of earlier tests would tell of their statements while this counts
@QuarkusTestResource(value = PostgresResource.class, restrictToAnnotatedClass = true)
@Timeout(180)
class RunIndexesTest {
    private static final int ENDED = 100_000;
    private static final int WAITING = 60_000;
    private static final Duration LEASE = Duration.ofMinutes(5);

    // ended runs of many repositories, one a second, with ids that sort as they came
    private static final String FILL =
            """
            insert into run (id, url, repository, request, created_at, fence, events, ended, state,
                finished_at)
            select (lpad(to_hex(1700000000000 + 1000 * n), 12, '0') || '7000'
                    || '8000' || lpad(to_hex(n), 12, '0'))::uuid,
                'u', 'team/' || n %% 1000, '{"variables":{}}', to_timestamp(1700000000 + n), 1, 10,
                true, case when n %% 5 = 0 then 'FAILED' else 'SUCCESSFUL' end,
                to_timestamp(1700000010 + n)
            from generate_series(1, %d) as n
            """
                    .formatted(ENDED);

    // waiting runs of three repositories: a third may be taken, a third waits for a group, a third
    // for its time
    private static final String FILL_QUEUE =
            """
            insert into run (id, url, repository, request, created_at, state, rank, held,
                not_before, concurrency_group, concurrency_limit)
            select gen_random_uuid(), 'u', 'team/' || n %% 3, '{"variables":{}}', now(), 'PENDING',
                case n %% 3 when 0 then n / 3 else 0 end,
                case n %% 3 when 1 then 'group' when 2 then 'not-before' end,
                case n %% 3 when 2 then now() + n * interval '1 hour' end,
                case n %% 3 when 1 then 'busy' end,
                case n %% 3 when 1 then 1 end
            from generate_series(1, %d) as n
            """
                    .formatted(WAITING);

    // runs that wait for labels which nobody has: half of them were given back for that
    private static final String FILL_LABELLED =
            """
            insert into run (id, url, repository, request, created_at, state, rank, fence, labels)
            select gen_random_uuid(), 'u', 'team/' || n %% 3, '{"variables":{}}', now(), 'PENDING',
                n, n %% 2, 'gpu,set-' || n %% 5
            from generate_series(1, %d) as n
            """
                    .formatted(WAITING);

    private static final String FORGET =
            "select pg_stat_reset_single_table_counters('run'::regclass)";
    private static final String ROWS_READ =
            "select seq_tup_read + coalesce(idx_tup_fetch, 0), seq_scan + idx_scan"
                    + " from pg_stat_user_tables where relname = 'run'";
    // a session tells of its last statements when it has been idle for 10 s
    private static final Duration ALL_TOLD = Duration.ofSeconds(11);

    @Inject RunStore store;
    @Inject RunQueue queue;
    @Inject Pauses pauses;

    @Inject
    @ConfigProperty(name = "quarkus.datasource.jdbc.url")
    String url;

    @Test
    void theQueueAndTheListsReadFewOfManyRuns() throws Exception {
        execute("delete from run");
        execute(FILL);
        execute("vacuum analyze run");
        execute(FORGET);

        Run first = DrivenRun.requested("https://git.example/team/7.git");
        store.submit(first, Optional.empty());
        for (int run = 1; run < 20; run++) {
            store.submit(DrivenRun.requested(), Optional.empty());
        }
        Instant from = Instant.ofEpochSecond(1_700_050_000);
        // after some executions Postgres may choose a plan that is to serve every value
        for (int round = 0; round < 12; round++) {
            list(RunFilter.ALL, 20);
            list(states(RunState.FAILED), 20);
            list(states(RunState.PENDING, RunState.IN_PROGRESS), 20);
            list(states(RunState.ABORTED), 0);
            list(repository("team/7"), 20);
            list(between(from, from.plusSeconds(10)), 10);
        }
        assertThat(store.find(first.id())).isPresent();
        assertThat(queue.depth().waiting()).isEqualTo(20);
        for (int run = 0; run < 20; run++) {
            Claim claim = store.claimNext("i", LEASE).orElseThrow();
            store.renew("i", Set.of(claim.lease()), LEASE);
        }
        assertThat(store.claimNext("i", LEASE)).isEmpty();

        long[] read = told();
        assertThat(read[1]).as("scans").isGreaterThan(80);
        assertThat(read[0]).as("rows of all scans together").isLessThan(ENDED / 10);
    }

    @Test
    void theQueueReadsFewOfManyWaitingRuns() throws Exception {
        execute("delete from run");
        execute(FILL);
        execute(FILL_QUEUE);
        execute("vacuum analyze run");
        execute(FORGET);

        pauses.pause(new Scope.Repository("team/none"), "me", Optional.empty());
        Optional<Spot> after = Optional.empty();
        for (int run = 0; run < 20; run++) {
            Run submitted = grouped();
            store.submit(submitted, Optional.empty());
            Claim claim = store.claimNext("i", LEASE).orElseThrow();
            store.renew("i", Set.of(claim.lease()), LEASE);
            queue.ended(submitted.id());
            queue.promoteDue();
            List<Waiting> page = queue.waiting(after, 10);
            assertThat(page).hasSize(10);
            after = Optional.of(page.getLast().spot());
        }
        queue.repair();
        pauses.resume(new Scope.Repository("team/none"));

        long[] read = told();
        assertThat(read[1]).as("scans").isGreaterThan(200);
        assertThat(read[0]).as("rows of all scans together").isLessThan(WAITING / 5);
        execute("delete from run");
    }

    @Test
    void runsForOtherInstancesAreNotReadByWhoClaims() throws Exception {
        execute("delete from run");
        execute(FILL);
        execute(FILL_LABELLED);
        execute("vacuum analyze run");
        execute(FORGET);

        Set<String> labels = Set.of("linux", "set-1");
        for (int run = 0; run < 20; run++) {
            assertThat(store.claimNext("i", labels, LEASE)).isEmpty();
            Run submitted = run % 2 == 0 ? DrivenRun.requested() : labelled(Set.of("linux"));
            store.submit(submitted, Optional.empty());
            Claim claim = store.claimNext("i", labels, LEASE).orElseThrow();
            assertThat(claim.run().id()).isEqualTo(submitted.id());
            store.require(claim.lease(), labels);
            store.release(claim.lease());
            assertThat(store.claimNext("i", labels, LEASE).orElseThrow().run().id())
                    .isEqualTo(submitted.id());
            queue.promoteDue();
        }

        long[] read = told();
        assertThat(read[1]).as("scans").isGreaterThan(200);
        assertThat(read[0]).as("rows of all scans together").isLessThan(WAITING / 5);
        execute("delete from run");
    }

    private static Run labelled(Set<String> labels) {
        Run run = DrivenRun.requested("https://git.example/team/busy.git");
        Queueing queueing = new Queueing(0, Optional.empty(), Optional.empty(), labels);
        return Run.requested(run.id(), run.request().with(queueing), run.createdAt());
    }

    private static Run grouped() {
        Run run = DrivenRun.requested("https://git.example/team/busy.git");
        Concurrency one = new Concurrency("busy", 1, Policy.QUEUE);
        Queueing queueing = new Queueing(0, Optional.empty(), Optional.of(one));
        return Run.requested(run.id(), run.request().with(queueing), run.createdAt());
    }

    private void list(RunFilter filter, int expected) {
        assertThat(store.list(filter, Optional.empty(), 20)).hasSize(expected);
    }

    private static RunFilter states(RunState... states) {
        return new RunFilter(Set.of(states), Optional.empty(), Optional.empty(), Optional.empty());
    }

    private static RunFilter repository(String name) {
        return new RunFilter(Set.of(), Optional.of(name), Optional.empty(), Optional.empty());
    }

    private static RunFilter between(Instant from, Instant to) {
        return new RunFilter(Set.of(), Optional.empty(), Optional.of(from), Optional.of(to));
    }

    /// How many rows and scans the sessions tell of, once none has more to tell.
    private long[] told() throws Exception {
        long[] last = {-1, -1};
        long unchangedSince = System.nanoTime();
        while (System.nanoTime() - unchangedSince < ALL_TOLD.toNanos()) {
            long[] now = query(ROWS_READ);
            if (now[1] != last[1]) {
                last = now;
                unchangedSince = System.nanoTime();
            }
            Thread.sleep(200);
        }
        return last;
    }

    private long[] query(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return new long[] {row.getLong(1), row.getLong(2)};
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(url, "postgres", "postgres");
    }
}
