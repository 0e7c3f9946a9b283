package dev.runnel.store.postgres;

import dev.runnel.database.Columns;
import dev.runnel.database.Database;
import dev.runnel.database.DatabaseAway;
import dev.runnel.database.Notices;
import dev.runnel.run.RepositoryName;
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import dev.runnel.store.RunStore;
import dev.runnel.store.StoreUnavailable;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.hibernate.reactive.mutiny.Mutiny;

/// The run store in Postgres. Hibernate finds and lists; where the statement is the point (submit,
/// claim, renew), it is SQL.
@Singleton
final class PostgresRunStore implements RunStore {
    private static final String CHANNEL = "runnel_queue";

    // of several submissions with one key, the first inserts it and the others wait for its commit
    private static final String SUBMIT =
            """
            with named as (
                insert into idempotency_key (key, fingerprint, run, created_at)
                select $6::text, $7::text, $1::uuid, now() where $6::text is not null
                on conflict (key) do nothing
                returning run)
            insert into run (id, url, repository, request, created_at, state, rerun_of)
            select $1::uuid, $2::text, $3::text, $4::text, $5::timestamptz, 'PENDING', $8::uuid
            where $6::text is null or exists (select from named)
            """;

    private static final String PENDING =
            "select count(*) as waiting from run where not ended and instance is null";

    private static final String RENEW =
            """
            update run set leased_until = now() + $4::bigint * interval '1 millisecond'
            from unnest($2::uuid[], $3::bigint[]) as held(id, fence)
            where run.id = held.id and run.fence = held.fence and run.instance = $1::text
            returning run.id, run.fence, run.cancel_requested, run.cancelled_steps
            """;

    // the new fence keeps the old holder from writing on
    private static final String RELEASE =
            """
            update run set instance = null, leased_until = null, fence = fence + 1
            where id = $1::uuid and fence = $2::bigint and instance is not null
            """;

    private static final String REQUEST_CANCEL =
            """
            with asked as (
                update run set cancel_requested = true
                where id = $1::uuid and not ended and not cancel_requested)
            select 1 from run where id = $1::uuid
            """;

    private static final String REQUEST_STEP_CANCEL =
            """
            update run set cancelled_steps = cancelled_steps || $2::integer
            where id = $1::uuid and not ended and not $2::integer = any (cancelled_steps)
            """;

    private static final String RERUNS = "select id from run where rerun_of = $1::uuid order by id";

    private final Database database;
    private final Notices notices;
    private final Sessions sessions;
    private final RunClaims claims;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    @Inject
    PostgresRunStore(Database database, Notices notices) {
        this.database = database;
        this.notices = notices;
        this.sessions = new Sessions(database);
        this.claims = new RunClaims(database, this::find);
        notices.listen(CHANNEL, new Ear());
    }

    @Override
    public Submission submit(Run run, Optional<IdempotencyKey> key) {
        if (run.events() > 0) {
            throw new IllegalArgumentException("run " + run.id() + " is not new");
        }
        Tuple parameters =
                Tuple.tuple()
                        .addUUID(run.id().value())
                        .addString(Columns.text(run.request().url()))
                        .addString(Columns.text(repository(run)))
                        .addString(StoredRequest.write(run.request()))
                        .addOffsetDateTime(run.createdAt().atOffset(ZoneOffset.UTC))
                        .addString(key.map(IdempotencyKey::key).orElse(null))
                        .addString(key.map(IdempotencyKey::fingerprint).orElse(null))
                        .addUUID(run.request().rerun().map(it -> it.of().value()).orElse(null));
        while (true) {
            if (query(SUBMIT, parameters).rowCount() > 0) {
                changed();
                return new Submission.Accepted(run);
            }
            Optional<Submission> earlier = key.flatMap(this::earlier);
            if (earlier.isPresent()) {
                return earlier.get();
            }
            // the run of the key was deleted just now, and the key with it
        }
    }

    private static String repository(Run run) {
        return RepositoryName.of(run.request().url()).toString().toLowerCase(Locale.ROOT);
    }

    private Optional<Submission> earlier(IdempotencyKey key) {
        return ask(_ ->
                        IdempotencyRow.<IdempotencyRow>findById(key.key())
                                .map(Optional::ofNullable))
                .flatMap(row -> {
                    RunId first = new RunId(row.run);
                    return row.fingerprint.equals(key.fingerprint())
                            ? find(first).map(Submission.Repeated::new)
                            : Optional.of(new Submission.KeyTaken(first));
                });
    }

    @Override
    public Optional<Run> find(RunId id) {
        return ask(_ -> RunLists.find(id));
    }

    @Override
    public List<Run> list(RunFilter filter, Optional<RunId> after, int limit) {
        return ask(session -> RunLists.list(session, filter, after, limit));
    }

    @Override
    public List<RunId> rerunsOf(RunId id) {
        List<RunId> reruns = new ArrayList<>();
        for (Row row : query(RERUNS, Tuple.of(id.value()))) {
            reruns.add(new RunId(row.getUUID("id")));
        }
        return reruns;
    }

    @Override
    public long pending() {
        return query(PENDING, Tuple.tuple()).iterator().next().getLong("waiting");
    }

    @Override
    public Optional<Claim> claimNext(String instance, Duration lease) {
        return asking(() -> claims.claimNext(instance, lease));
    }

    @Override
    public Optional<Claim> claim(RunId id, String instance, Duration lease) {
        return asking(() -> claims.claim(id, instance, lease));
    }

    @Override
    public List<Renewal> renew(String instance, Set<Lease> leases, Duration lease) {
        List<Lease> asked = List.copyOf(leases);
        Tuple parameters =
                Tuple.tuple()
                        .addString(instance)
                        .addArrayOfUUID(
                                asked.stream().map(held -> held.run().value()).toArray(UUID[]::new))
                        .addArrayOfLong(asked.stream().map(Lease::fence).toArray(Long[]::new))
                        .addLong(lease.toMillis());
        List<Renewal> renewals = new ArrayList<>();
        for (Row row : query(RENEW, parameters)) {
            Lease held = new Lease(new RunId(row.getUUID("id")), row.getLong("fence"));
            renewals.add(
                    new Renewal(
                            held, row.getBoolean("cancel_requested"), RunRow.cancelledSteps(row)));
        }
        return renewals;
    }

    @Override
    public void release(Lease lease) {
        if (query(RELEASE, Tuple.of(lease.run().value(), lease.fence())).rowCount() > 0) {
            changed();
        }
    }

    @Override
    public boolean requestCancel(RunId id) {
        boolean exists = query(REQUEST_CANCEL, Tuple.of(id.value())).size() > 0;
        if (exists) {
            changed();
        }
        return exists;
    }

    @Override
    public void requestCancel(RunId id, int step) {
        if (query(REQUEST_STEP_CANCEL, Tuple.of(id.value(), step)).rowCount() > 0) {
            changed();
        }
    }

    @Override
    public AutoCloseable onChange(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    private void changed() {
        listeners.forEach(Runnable::run);
        notices.send(CHANNEL, "", "changed");
    }

    private RowSet<Row> query(String sql, Tuple parameters) {
        return asking(() -> database.query(sql, parameters, Database.PATIENCE));
    }

    private static <T> T asking(Question<T> question) {
        try {
            return question.ask();
        } catch (DatabaseAway e) {
            throw new StoreUnavailable(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailable(e);
        }
    }

    /// Asks the database and waits.
    @FunctionalInterface
    private interface Question<T> {
        T ask() throws InterruptedException;
    }

    private <T> T ask(Function<Mutiny.Session, Uni<T>> work) {
        try {
            return sessions.ask(work);
        } catch (DatabaseAway e) {
            throw new StoreUnavailable(e);
        }
    }

    /// Hears of the changes that other instances made.
    private final class Ear implements Notices.Listener {
        @Override
        public void heard(String payload) {
            listeners.forEach(Runnable::run);
        }

        @Override
        public void listening(Duration deaf) {
            listeners.forEach(Runnable::run);
        }
    }
}
