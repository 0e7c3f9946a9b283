package dev.runnel.store.postgres;

import dev.runnel.database.Database;
import dev.runnel.database.DatabaseAway;
import dev.runnel.run.RunId;
import dev.runnel.store.RunRetention;
import dev.runnel.store.StoreUnavailable;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;

/// Removes old runs and logs from Postgres. What hangs on a run goes with it by its foreign key.
@Singleton
final class PostgresRunRetention implements RunRetention {
    // a batch may hold logs of gigabytes
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final String TOLD =
            "not exists (select from sink_position told where told.run = run.id and not told.done)";

    private static final String REMOVE_RUNS =
            """
            with old as materialized (
                select id from run
                where ended and not pinned and finished_at < $1::timestamptz and %s
                order by finished_at limit $2 for update skip locked)
            delete from run using old where run.id = old.id
            """
                    .formatted(TOLD);

    private static final String REMOVE_BEYOND =
            """
            with crowded as (
                select repository from run group by repository having count(*) > $1::bigint),
            last as (
                select repository, (
                    select id from run
                    where run.repository = crowded.repository and ended and not pinned
                    order by id desc offset $1::bigint limit 1) as id
                from crowded),
            old as materialized (
                select run.id from run
                join last on run.repository = last.repository and run.id <= last.id
                where ended and not pinned and %s
                limit $2 for update of run skip locked)
            delete from run using old where run.id = old.id
            """
                    .formatted(TOLD);

    private static final String FIRST_BEYOND =
            """
            select finished_at from run where ended and not pinned
            order by finished_at desc offset $1::bigint limit 1
            """;

    private static final String REMOVE_LOGS =
            """
            with old as materialized (
                select id from run
                where ended and not pinned and log_removed_at is null
                    and finished_at < $1::timestamptz and %s
                order by finished_at limit $2 for update skip locked),
            chunks as (delete from event_chunk using old where event_chunk.run = old.id)
            update run set log_removed_at = now() from old where run.id = old.id
            """
                    .formatted(TOLD);

    private static final String PIN =
            "update run set pinned = $2 where id = $1 returning pinned, log_removed_at";

    private static final String KEEPING = "select pinned, log_removed_at from run where id = $1";

    private final Database database;

    @Inject
    PostgresRunRetention(Database database) {
        this.database = database;
    }

    @Override
    public int removeRuns(Instant endedBefore, int atMost) {
        return ask(REMOVE_RUNS, Tuple.of(time(endedBefore), atMost), PATIENCE).rowCount();
    }

    @Override
    public int removeBeyond(int keptOfEach, int atMost) {
        return ask(REMOVE_BEYOND, Tuple.of((long) keptOfEach, atMost), PATIENCE).rowCount();
    }

    @Override
    public Optional<Instant> endOfFirstBeyond(int kept) {
        for (Row row : ask(FIRST_BEYOND, Tuple.of((long) kept), PATIENCE)) {
            return Optional.of(row.getOffsetDateTime("finished_at").toInstant());
        }
        return Optional.empty();
    }

    @Override
    public int removeLogs(Instant endedBefore, int atMost) {
        return ask(REMOVE_LOGS, Tuple.of(time(endedBefore), atMost), PATIENCE).rowCount();
    }

    @Override
    public Optional<Keeping> pin(RunId run, boolean pinned) {
        return keeping(ask(PIN, Tuple.of(run.value(), pinned), Database.PATIENCE));
    }

    @Override
    public Optional<Keeping> keeping(RunId run) {
        return keeping(ask(KEEPING, Tuple.of(run.value()), Database.PATIENCE));
    }

    private static Optional<Keeping> keeping(RowSet<Row> rows) {
        for (Row row : rows) {
            Optional<OffsetDateTime> removed =
                    Optional.ofNullable(row.getOffsetDateTime("log_removed_at"));
            return Optional.of(
                    new Keeping(row.getBoolean("pinned"), removed.map(OffsetDateTime::toInstant)));
        }
        return Optional.empty();
    }

    private static OffsetDateTime time(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }

    private RowSet<Row> ask(String sql, Tuple parameters, Duration patience) {
        try {
            return database.query(sql, parameters, patience);
        } catch (DatabaseAway e) {
            throw new StoreUnavailable(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailable(e);
        }
    }
}
