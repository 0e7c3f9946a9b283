package dev.runnel.store.postgres;

import dev.runnel.database.Database;
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import dev.runnel.sealing.SecretBox;
import dev.runnel.store.RunStore;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// The run store in Postgres. Hibernate finds and lists; where the statement is the point (submit,
/// claim, renew), it is SQL.
@Singleton
final class PostgresRunStore implements RunStore {
    // in the order of ids, as a submission that cancels others, so that the two never lock each
    // other out
    private static final String RENEW =
            """
            with held as (
                select run.id from run
                join unnest($2::uuid[], $3::bigint[]) as asked(id, fence)
                    on run.id = asked.id and run.fence = asked.fence
                where run.instance = $1::text order by run.id for update of run)
            update run set leased_until = now() + $4::bigint * interval '1 millisecond'
            from held where run.id = held.id
            returning run.id, run.fence, run.cancel_requested, run.cancel_reason,
                run.cancelled_steps, run.approved_steps
            """;

    // the new fence keeps the old holder from writing on
    private static final String RELEASE =
            """
            update run set instance = null, leased_until = null, fence = fence + 1
            where id = $1::uuid and fence = $2::bigint and instance is not null
            """;

    private static final String REQUIRE =
            """
            update run set labels = $3::text
            where id = $1::uuid and fence = $2::bigint and instance is not null
                and labels is distinct from $3::text
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

    private static final String APPROVE =
            """
            update run set approved_steps = approved_steps || $2::integer
            where id = $1::uuid and not ended and not $2::integer = any (approved_steps)
            """;

    private static final String RERUNS =
            "select run from rerun where original = $1::uuid order by run";

    private final Questions questions;
    private final QueueNews news;
    private final SecretBox box;
    private final RunSubmissions submissions;
    private final RunClaims claims;

    @Inject
    PostgresRunStore(Database database, QueueNews news, SecretBox box) {
        this.questions = new Questions(database);
        this.news = news;
        this.box = box;
        this.submissions = new RunSubmissions(questions, box, this::find);
        this.claims = new RunClaims(questions, this::find, this::opened);
    }

    @Override
    public Submission submit(Run run, Optional<IdempotencyKey> key) {
        Submission submission = submissions.submit(run, key);
        switch (submission) {
            case Submission.Accepted accepted ->
                    news.tell(accepted.superseded().isEmpty() ? Change.CLAIMABLE : Change.CANCEL);
            case Submission.Repeated _,
                    Submission.KeyTaken _,
                    Submission.IntakePaused _,
                    Submission.GroupRejected _ -> {}
        }
        return submission;
    }

    @Override
    public Optional<Run> find(RunId id) {
        return questions.ask(_ -> RunLists.find(id)).map(this::opened);
    }

    /// With its secrets as they were given; those whose key is not there stay sealed, and whoever
    /// drives the run says so.
    private Run opened(Run run) {
        Map<String, String> secrets = new HashMap<>();
        run.request()
                .secrets()
                .forEach((name, value) -> secrets.put(name, box.open(value).orElse(value)));
        return secrets.isEmpty() ? run : run.withSecrets(secrets);
    }

    @Override
    public List<Run> list(RunFilter filter, Optional<RunId> after, int limit) {
        return questions.ask(session -> RunLists.list(session, filter, after, limit)).stream()
                .map(this::opened)
                .toList();
    }

    @Override
    public List<RunId> rerunsOf(RunId id) {
        List<RunId> reruns = new ArrayList<>();
        for (Row row : questions.query(RERUNS, Tuple.of(id.value()))) {
            reruns.add(new RunId(row.getUUID("run")));
        }
        return reruns;
    }

    @Override
    public Optional<Claim> claimNext(String instance, Set<String> labels, Duration lease) {
        return claims.claimNext(instance, labels, lease);
    }

    @Override
    public void require(Lease lease, Set<String> labels) {
        questions.query(
                REQUIRE, Tuple.of(lease.run().value(), lease.fence(), RunClaims.labels(labels)));
    }

    @Override
    public Optional<Claim> claim(RunId id, String instance, Duration lease) {
        return claims.claim(id, instance, lease);
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
        for (Row row : questions.query(RENEW, parameters)) {
            Lease held = new Lease(new RunId(row.getUUID("id")), row.getLong("fence"));
            renewals.add(
                    new Renewal(
                            held,
                            RunClaims.cancel(row),
                            RunRow.cancelledSteps(row),
                            RunRow.approvedSteps(row)));
        }
        return renewals;
    }

    @Override
    public void release(Lease lease) {
        if (questions.query(RELEASE, Tuple.of(lease.run().value(), lease.fence())).rowCount() > 0) {
            news.tell(Change.CLAIMABLE);
        }
    }

    @Override
    public boolean requestCancel(RunId id) {
        boolean exists = questions.query(REQUEST_CANCEL, Tuple.of(id.value())).size() > 0;
        if (exists) {
            news.tell(Change.CANCEL);
        }
        return exists;
    }

    @Override
    public void requestCancel(RunId id, int step) {
        Tuple parameters = Tuple.of(id.value(), step);
        if (questions.query(REQUEST_STEP_CANCEL, parameters).rowCount() > 0) {
            news.tell(Change.CANCEL);
        }
    }

    @Override
    public void approve(RunId id, int step) {
        if (questions.query(APPROVE, Tuple.of(id.value(), step)).rowCount() > 0) {
            news.tell(Change.CANCEL);
        }
    }

    @Override
    public AutoCloseable onChange(ChangeListener listener) {
        return news.listen(listener);
    }
}
