package dev.runnel.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.PostgresResource;
import dev.runnel.eventlog.DrivenRun;
import dev.runnel.eventlog.EventLog;
import dev.runnel.eventlog.FencedOff;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.RunEnded;
import dev.runnel.run.RunEvent.RunStateChanged;
import dev.runnel.run.RunId;
import dev.runnel.run.RunState;
import dev.runnel.store.RunRetention;
import dev.runnel.store.RunRetention.Keeping;
import dev.runnel.store.RunStore;
import dev.runnel.store.RunStore.Claim;
import dev.runnel.store.RunStore.IdempotencyKey;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@QuarkusTest
@TestProfile(StoreProfile.class)
@QuarkusTestResource(PostgresResource.class)
@Timeout(60)
class PostgresRunRetentionTest {
    private static final Duration LEASE = Duration.ofMinutes(5);
    private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");

    @Inject RunStore store;
    @Inject EventLog log;
    @Inject RunRetention retention;

    @Inject
    @ConfigProperty(name = "quarkus.datasource.jdbc.url")
    String url;

    @BeforeEach
    void empty() throws SQLException {
        execute("delete from run");
    }

    @Test
    void aRunThatEndedBeforeGoesWithAllItHas() throws Exception {
        RunId old = ended(NOW.minusSeconds(100), Optional.of("key"));
        RunId young = ended(NOW.minusSeconds(10), Optional.empty());
        assertThat(retention.removeRuns(NOW.minusSeconds(50), 10)).isEqualTo(1);
        assertThat(store.find(old)).isEmpty();
        assertThat(store.find(young)).isPresent();
        for (String table : List.of("step", "event_chunk", "idempotency_key", "sink_position")) {
            assertThat(count("select count(*) from " + table + " where run = ?", old))
                    .as(table)
                    .isZero();
        }
        assertThat(count("select count(*) from event_chunk where run = ?", young)).isPositive();
    }

    @Test
    void theKeyOfARemovedRunIsFreeAgain() throws Exception {
        ended(NOW.minusSeconds(100), Optional.of("again"));
        retention.removeRuns(NOW, 10);
        assertThat(store.submit(DrivenRun.requested(), Optional.of(key("again"))))
                .isInstanceOf(RunStore.Submission.Accepted.class);
    }

    @Test
    void whatHasNotEndedStaysHoweverOldItIs() {
        Run waiting = DrivenRun.requested("u", NOW.minus(Duration.ofDays(1000)));
        store.submit(waiting, Optional.empty());
        assertThat(retention.removeRuns(NOW.plusSeconds(1000), 10)).isZero();
        assertThat(retention.removeBeyond(0, 10)).isZero();
        assertThat(retention.removeLogs(NOW.plusSeconds(1000), 10)).isZero();
        assertThat(store.find(waiting.id())).isPresent();
    }

    @Test
    void aPinnedRunStaysUntilItIsUnpinned() throws Exception {
        RunId run = ended(NOW.minusSeconds(100), Optional.empty());
        assertThat(retention.pin(run, true)).contains(new Keeping(true, Optional.empty()));
        assertThat(retention.pin(run, true)).contains(new Keeping(true, Optional.empty()));
        assertThat(retention.removeRuns(NOW, 10)).isZero();
        assertThat(retention.removeBeyond(0, 10)).isZero();
        assertThat(retention.removeLogs(NOW, 10)).isZero();
        assertThat(retention.pin(run, false)).contains(new Keeping(false, Optional.empty()));
        assertThat(retention.removeRuns(NOW, 10)).isEqualTo(1);
        assertThat(retention.pin(run, true)).isEmpty();
        assertThat(retention.keeping(run)).isEmpty();
    }

    @Test
    void aRunThatASinkStillTellsOfStays() throws Exception {
        RunId run = ended(NOW.minusSeconds(100), Optional.empty());
        execute("update sink_position set done = false");
        assertThat(retention.removeRuns(NOW, 10)).isZero();
        assertThat(retention.removeLogs(NOW, 10)).isZero();
        assertThat(store.find(run)).isPresent();
    }

    @Test
    void aLogGoesAndItsRunStays() throws Exception {
        RunId old = ended(NOW.minusSeconds(100), Optional.empty());
        RunId young = ended(NOW.minusSeconds(10), Optional.empty());
        Optional<Run> before = store.find(old);
        assertThat(retention.removeLogs(NOW.minusSeconds(50), 10)).isEqualTo(1);
        assertThat(retention.removeLogs(NOW.minusSeconds(50), 10)).isZero();
        assertThat(store.find(old)).isEqualTo(before);
        assertThat(log.read(old, 0, 10)).isEmpty();
        assertThat(retention.keeping(old).orElseThrow().logRemovedAt()).isPresent();
        assertThat(log.read(young, 0, 10)).isNotEmpty();
    }

    @Test
    void theNewestOfARepositoryStay() throws Exception {
        List<RunId> crowd = new ArrayList<>();
        for (int run = 0; run < 7; run++) {
            crowd.add(ended("https://git.example/a/b.git", NOW.minusSeconds(100 - run)));
        }
        RunId other = ended("https://git.example/c/d.git", NOW.minusSeconds(1000));
        assertThat(retention.removeBeyond(3, 2)).isEqualTo(2);
        assertThat(retention.removeBeyond(3, 10)).isEqualTo(2);
        assertThat(retention.removeBeyond(3, 10)).isZero();
        assertThat(crowd.subList(4, 7)).allSatisfy(run -> assertThat(store.find(run)).isPresent());
        assertThat(crowd.subList(0, 4)).allSatisfy(run -> assertThat(store.find(run)).isEmpty());
        assertThat(store.find(other)).isPresent();
    }

    @Test
    void theFirstRunBeyondANumberIsFound() throws Exception {
        for (int run = 0; run < 5; run++) {
            ended(NOW.minusSeconds(run), Optional.empty());
        }
        assertThat(retention.endOfFirstBeyond(5)).isEmpty();
        assertThat(retention.endOfFirstBeyond(3)).contains(NOW.minusSeconds(3));
        assertThat(retention.endOfFirstBeyond(0)).contains(NOW);
    }

    @Test
    void severalMayRemoveAtTheSameTime() throws Exception {
        for (int run = 0; run < 60; run++) {
            ended(NOW.minusSeconds(run), Optional.empty());
        }
        List<Future<Integer>> removals = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int thread = 0; thread < 4; thread++) {
                removals.add(threads.submit(this::removeAll));
            }
        }
        assertThat(removals.stream().mapToInt(PostgresRunRetentionTest::result).sum())
                .isEqualTo(60);
    }

    private int removeAll() {
        int removed = 0;
        int last;
        do {
            last = retention.removeRuns(NOW.plusSeconds(1), 7);
            removed += last;
        } while (last > 0);
        return removed;
    }

    private static int result(Future<Integer> future) {
        try {
            return future.get();
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private RunId ended(Instant at, Optional<String> key) throws Exception {
        return ended(DrivenRun.requested(), at, key);
    }

    private RunId ended(String repository, Instant at) throws Exception {
        return ended(DrivenRun.requested(repository), at, Optional.empty());
    }

    private RunId ended(Run run, Instant at, Optional<String> key)
            throws FencedOff, InterruptedException, SQLException {
        store.submit(run, key.map(PostgresRunRetentionTest::key));
        Claim claim = store.claim(run.id(), "i", LEASE).orElseThrow();
        DrivenRun driven = new DrivenRun(claim.run(), claim.lease().fence());
        log.append(driven.begin());
        log.append(driven.lines(20));
        log.append(
                driven.chunk(
                        RunStateChanged.to(RunState.FAILED),
                        new RunEnded(RunState.FAILED, driven.run().events() + 2)));
        try (Connection connection = connect();
                PreparedStatement time =
                        connection.prepareStatement("update run set finished_at = ? where id = ?");
                PreparedStatement told =
                        connection.prepareStatement(
                                "insert into sink_position (sink, run, done) values ('s', ?, true)")) {
            time.setTimestamp(1, Timestamp.from(at));
            time.setObject(2, run.id().value());
            time.execute();
            told.setObject(1, run.id().value());
            told.execute();
        }
        return run.id();
    }

    private static IdempotencyKey key(String name) {
        return new IdempotencyKey(name, UUID.nameUUIDFromBytes(new byte[0]).toString());
    }

    private long count(String sql, RunId run) throws SQLException {
        try (Connection connection = connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setObject(1, run.value());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.execute();
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(url, "postgres", "postgres");
    }
}
