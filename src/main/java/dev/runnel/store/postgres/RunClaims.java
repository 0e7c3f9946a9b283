package dev.runnel.store.postgres;

import dev.runnel.run.RunId;
import dev.runnel.store.RunStore.Claim;
import dev.runnel.store.RunStore.Lease;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.hibernate.reactive.mutiny.Mutiny;

/// Takes runs from the queue. The clock of the leases is the database's, which all instances share.
final class RunClaims {
    // a run that somebody else is just taking is skipped, not waited for
    private static final String CLAIM_NEXT =
            """
            with expired as (
                select id from run
                where not ended and instance is not null and leased_until < now()
                order by leased_until limit 1 for update skip locked),
            waiting as (
                select id from run
                where not ended and instance is null and not exists (select from expired)
                order by created_at, id limit 1 for update skip locked),
            next as (select id from expired union all select id from waiting)
            update run set instance = ?1, fence = fence + 1,
                leased_until = now() + cast(?2 as bigint) * interval '1 millisecond'
            from next where run.id = next.id
            returning run.*
            """;

    private static final String CLAIM =
            """
            update run set instance = ?1, fence = fence + 1,
                leased_until = now() + cast(?2 as bigint) * interval '1 millisecond'
            where id = ?3 and not ended and (instance is null or leased_until < now())
            returning *
            """;

    private RunClaims() {}

    static Uni<Optional<Claim>> claimNext(Mutiny.Session session, String instance, Duration lease) {
        return claimed(
                session.createNativeQuery(CLAIM_NEXT, RunRow.class)
                        .setParameter(1, instance)
                        .setParameter(2, lease.toMillis()));
    }

    static Uni<Optional<Claim>> claim(
            Mutiny.Session session, RunId id, String instance, Duration lease) {
        return claimed(
                session.createNativeQuery(CLAIM, RunRow.class)
                        .setParameter(1, instance)
                        .setParameter(2, lease.toMillis())
                        .setParameter(3, id.value()));
    }

    private static Uni<Optional<Claim>> claimed(Mutiny.SelectionQuery<RunRow> query) {
        return query.getResultList()
                .chain(rows ->
                        rows.isEmpty()
                                ? Uni.createFrom().item(Optional.empty())
                                : steps(rows.getFirst())
                                        .map(steps -> Optional.of(claim(rows.getFirst(), steps))));
    }

    // nobody but the new holder can change the run now, so a second question sees the same run
    private static Uni<List<StepRow>> steps(RunRow row) {
        return row.pipeline == null
                ? Uni.createFrom().item(List.of())
                : StepRow.list("run.id = ?1 order by number", row.id);
    }

    private static Claim claim(RunRow row, List<StepRow> steps) {
        return new Claim(
                new Lease(new RunId(row.id), row.fence), row.toRun(steps), row.cancelRequested);
    }
}
