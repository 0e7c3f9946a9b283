package dev.runnel.sink.postgres;

import dev.runnel.database.Columns;
import dev.runnel.database.Database;
import dev.runnel.database.DatabaseAway;
import dev.runnel.run.RunId;
import dev.runnel.sink.SinkPositions;
import dev.runnel.store.StoreUnavailable;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// Positions in the table `sink_position`. Leases are measured by the clock of the database, so
/// that instances need not agree on the time.
@Singleton
final class PostgresSinkPositions implements SinkPositions {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    // two partial indexes hold what has not ended, one for each half of the condition
    private static final String UNSEEN_LIVE =
            """
            select r.id from run r
             where (not r.ended and r.instance is null or not r.ended and r.instance is not null)
               and not exists (select 1 from sink_position p where p.sink = $1 and p.run = r.id)
             order by r.id
             limit $2
            """;

    // ids sort by the time of the request, so a range of the primary key is a range of time
    private static final String UNSEEN_SINCE =
            """
            select r.id from run r
             where r.id >= $2
               and not exists (select 1 from sink_position p where p.sink = $1 and p.run = r.id)
             order by r.id
             limit $3
            """;

    private static final String PASS =
            """
            insert into sink_position (sink, run, done)
            select $1, r.id, true from run r where r.id = any($2)
            on conflict do nothing
            """;

    private static final String CLAIM =
            """
            insert into sink_position as p (sink, run, instance, leased_until)
            select $1, r.id, $3, now() + $4::bigint * interval '1 millisecond' from run r where r.id = $2
            on conflict (sink, run) do update
               set instance = excluded.instance, leased_until = excluded.leased_until
             where not p.done and (p.leased_until is null or p.leased_until < now())
            returning p.run, p.seq, p.memory
            """;

    private static final String CLAIM_DUE =
            """
            with due as (
              select p.sink, p.run
                from sink_position p join run r on r.id = p.run
               where p.sink = $1 and not p.done
                 and (p.leased_until is null or p.leased_until < now())
                 and r.events > p.seq
               order by p.run
               limit $4
                 for update of p skip locked)
            update sink_position p
               set instance = $2, leased_until = now() + $3::bigint * interval '1 millisecond'
              from due
             where p.sink = due.sink and p.run = due.run
            returning p.run, p.seq, p.memory
            """;

    private static final String RENEW =
            """
            update sink_position
               set leased_until = now() + $4::bigint * interval '1 millisecond'
             where sink = $1 and instance = $2 and run = any($3) and not done
            returning run
            """;

    private static final String SAVE =
            """
            update sink_position
               set seq = $4, memory = $5, done = $6,
                   instance = case when $6 then null else instance end,
                   leased_until = case when $6 then null else leased_until end
             where sink = $1 and run = $2 and instance = $3 and not done
            """;

    private static final String RELEASE =
            """
            update sink_position
               set instance = null, leased_until = null
             where sink = $1 and instance = $2 and run = any($3) and not done
            """;

    private final Database database;

    PostgresSinkPositions(Database database) {
        this.database = database;
    }

    @Override
    public List<RunId> unseenLive(String sink, int atMost) {
        return runs(query(UNSEEN_LIVE, Tuple.of(sink, atMost)), "id");
    }

    @Override
    public List<RunId> unseenSince(String sink, Instant since, int atMost) {
        return runs(query(UNSEEN_SINCE, Tuple.of(sink, firstIdOf(since), atMost)), "id");
    }

    @Override
    public void pass(String sink, Collection<RunId> runs) {
        if (!runs.isEmpty()) {
            query(PASS, Tuple.of(sink, (Object) ids(runs)));
        }
    }

    @Override
    public Optional<Claim> claim(String sink, RunId run, String instance, Duration lease) {
        Tuple values = Tuple.of(sink, run.value(), instance, lease.toMillis());
        return claims(query(CLAIM, values)).stream().findFirst();
    }

    @Override
    public List<Claim> claimDue(String sink, String instance, Duration lease, int atMost) {
        return atMost == 0
                ? List.of()
                : claims(query(CLAIM_DUE, Tuple.of(sink, instance, lease.toMillis(), atMost)));
    }

    @Override
    public Set<RunId> renew(String sink, String instance, Set<RunId> runs, Duration lease) {
        Tuple values = Tuple.of(sink, instance, ids(runs), lease.toMillis());
        return new HashSet<>(runs(query(RENEW, values), "run"));
    }

    @Override
    public boolean save(String sink, RunId run, String instance, Position position, boolean done) {
        Tuple values =
                Tuple.of(
                        sink,
                        run.value(),
                        instance,
                        position.seq(),
                        Columns.text(position.memory()),
                        done);
        return query(SAVE, values).rowCount() == 1;
    }

    @Override
    public void release(String sink, String instance, Collection<RunId> runs) {
        query(RELEASE, Tuple.of(sink, instance, ids(runs)));
    }

    private RowSet<Row> query(String sql, Tuple values) {
        try {
            return database.query(sql, values, PATIENCE);
        } catch (DatabaseAway e) {
            throw new StoreUnavailable(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailable(e);
        }
    }

    private static List<Claim> claims(RowSet<Row> rows) {
        List<Claim> claims = new ArrayList<>();
        for (Row row : rows) {
            claims.add(
                    new Claim(
                            new RunId(row.getUUID("run")),
                            new Position(row.getLong("seq"), row.getString("memory"))));
        }
        return claims;
    }

    private static List<RunId> runs(RowSet<Row> rows, String column) {
        List<RunId> runs = new ArrayList<>();
        for (Row row : rows) {
            runs.add(new RunId(row.getUUID(column)));
        }
        return runs;
    }

    private static UUID[] ids(Collection<RunId> runs) {
        return runs.stream().map(RunId::value).toArray(UUID[]::new);
    }

    /// The smallest id of a run that was requested at this time; see RFC 9562 §5.7.
    private static UUID firstIdOf(Instant time) {
        return new UUID(Math.max(time.toEpochMilli(), 0) << 16, 0);
    }
}
