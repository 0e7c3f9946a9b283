package dev.runnel.store.postgres;

import dev.runnel.run.Reason;
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import dev.runnel.store.RunStore.Claim;
import dev.runnel.store.RunStore.Lease;
import dev.runnel.store.RunStore.Origin;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Takes runs from the queue. The clock of the leases is the database's, which all instances share.
final class RunClaims {
    // A run that somebody else is just taking is skipped, not waited for. Each part reads the first
    // entry of an index of its own; of the runs that need labels, the first one of each set of
    // labels. A pause of a repository marks its waiting runs, but not in the same moment, so those
    // that are not marked yet are passed over.
    private static final String CLAIM_NEXT =
            """
            with expired as (
                select id, 'EXPIRED' as origin, 0 as section, 0 as urgency, 0 as rank, 0 as ticket
                from run
                where not ended and instance is not null and leased_until < now()
                    and (labels is null or cancel_requested
                        or string_to_array(labels, ',') <@ $3::text[])
                order by leased_until limit 1 for no key update skip locked),
            orphaned as (
                select id, case when fence > 0 then 'GIVEN_BACK' else 'NEW' end as origin,
                    1 as section, 0 as urgency, 0 as rank, 0 as ticket
                from run
                where not ended and instance is null
                    and (cancel_requested or (fence > 0 and labels is null))
                    and not exists (select from expired)
                order by run.ticket limit 1 for no key update skip locked),
            labelled as (
                select first.*
                from waiting_label_sets() as label_set
                cross join lateral (
                    select id, case when fence > 0 then 'GIVEN_BACK' else 'NEW' end as origin,
                        case when fence > 0 then 2 else 3 end as section,
                        -priority as urgency, rank, ticket
                    from run
                    where not ended and instance is null and labels = label_set.labels
                        and not cancel_requested and (fence > 0 or held is null)
                        and (fence > 0 or (
                            not exists (select from pause where scope = 'queue')
                            and not exists (
                                select from pause where scope = 'repository'
                                    and pause.repository = run.repository)))
                    order by (fence = 0), (-priority), rank, ticket limit 1
                    for no key update of run skip locked) as first
                where not exists (select from expired) and not exists (select from orphaned)
                    and string_to_array(label_set.labels, ',') <@ $3::text[]),
            waiting as (
                select id, 'NEW' as origin, 3 as section, -priority as urgency, rank, ticket
                from run
                where not ended and instance is null and held is null and fence = 0
                    and not cancel_requested and labels is null
                    and not exists (select from expired) and not exists (select from orphaned)
                    and not exists (select from labelled where section = 2)
                    and not exists (select from pause where scope = 'queue')
                    and not exists (
                        select from pause
                        where scope = 'repository' and pause.repository = run.repository)
                order by (-priority), rank, ticket limit 1 for no key update of run skip locked),
            next as (
                select * from (
                    select * from expired union all select * from orphaned
                    union all select * from labelled union all select * from waiting) as one
                order by section, urgency, rank, ticket limit 1)
            update run set instance = $1, fence = fence + 1,
                leased_until = now() + cast($2 as bigint) * interval '1 millisecond'
            from next where run.id = next.id
            returning run.*, next.origin
            """;

    // while no run waits for labels, which is cheap to know, the statement without them costs a
    // quarter of the other one
    private static final String ANY_LABELLED =
            """
            select exists (
                select from (
                    select labels from run
                    where not ended and instance is null and labels is not null
                        and not cancel_requested and (fence > 0 or held is null)
                    -- or a table in which many are labelled is read from its beginning
                    order by labels limit 1) as first) as any_labelled
            """;

    private static final String CLAIM_NEXT_PLAIN =
            """
            with expired as (
                select id, 'EXPIRED' as origin from run
                where not ended and instance is not null and leased_until < now()
                    and (labels is null or cancel_requested
                        or string_to_array(labels, ',') <@ $3::text[])
                order by leased_until limit 1 for no key update skip locked),
            orphaned as (
                select id, case when fence > 0 then 'GIVEN_BACK' else 'NEW' end as origin from run
                where not ended and instance is null
                    and (cancel_requested or (fence > 0 and labels is null))
                    and not exists (select from expired)
                order by ticket limit 1 for no key update skip locked),
            waiting as (
                select id, 'NEW' as origin from run
                where not ended and instance is null and held is null and fence = 0
                    and not cancel_requested and labels is null
                    and not exists (select from expired) and not exists (select from orphaned)
                    and not exists (select from pause where scope = 'queue')
                    and not exists (
                        select from pause
                        where scope = 'repository' and pause.repository = run.repository)
                order by (-priority), rank, ticket limit 1 for no key update of run skip locked),
            next as (
                select * from expired union all select * from orphaned
                union all select * from waiting)
            update run set instance = $1, fence = fence + 1,
                leased_until = now() + cast($2 as bigint) * interval '1 millisecond'
            from next where run.id = next.id
            returning run.*, next.origin
            """;

    private static final String CLAIM =
            """
            with free as (
                select id, case when instance is not null then 'EXPIRED'
                        when fence > 0 then 'GIVEN_BACK' else 'NEW' end as origin
                from run
                where id = $3 and not ended and (instance is null or leased_until < now())
                for update)
            update run set instance = $1, fence = fence + 1,
                leased_until = now() + cast($2 as bigint) * interval '1 millisecond'
            from free where run.id = free.id
            returning run.*, free.origin
            """;

    private final Questions questions;
    private final Function<RunId, Optional<Run>> runs;
    private final UnaryOperator<Run> open;

    /// @param runs finds a run as its stored events leave it
    /// @param open gives a run with its secrets as they were given
    RunClaims(Questions questions, Function<RunId, Optional<Run>> runs, UnaryOperator<Run> open) {
        this.questions = questions;
        this.open = open;
        this.runs = runs;
    }

    Optional<Claim> claimNext(String instance, Set<String> labels, Duration lease) {
        boolean labelled = questions.row(ANY_LABELLED, Tuple.tuple()).getBoolean("any_labelled");
        return claimed(
                labelled ? CLAIM_NEXT : CLAIM_NEXT_PLAIN,
                Tuple.of(instance, lease.toMillis(), labels.toArray(String[]::new)));
    }

    /// The column `labels`.
    static @Nullable String labels(Set<String> labels) {
        return labels.isEmpty() ? null : labels.stream().sorted().collect(Collectors.joining(","));
    }

    /// The column `labels`, read.
    static Set<String> labels(Row row) {
        return Optional.ofNullable(row.getString("labels"))
                .map(text -> Set.of(text.split(",")))
                .orElse(Set.of());
    }

    Optional<Claim> claim(RunId id, String instance, Duration lease) {
        return claimed(CLAIM, Tuple.of(instance, lease.toMillis(), id.value()));
    }

    private Optional<Claim> claimed(String sql, Tuple parameters) {
        for (Row row : questions.query(sql, parameters)) {
            Lease lease = new Lease(new RunId(row.getUUID("id")), row.getLong("fence"));
            return run(lease.run(), row)
                    .map(run ->
                            new Claim(
                                    lease,
                                    run,
                                    cancel(row),
                                    Origin.valueOf(row.getString("origin")),
                                    RunRow.cancelledSteps(row),
                                    RunRow.approvedSteps(row)));
        }
        return Optional.empty();
    }

    /// Why a run is to stop, from a row with `cancel_requested` and `cancel_reason`.
    static Optional<Reason> cancel(Row row) {
        return row.getBoolean("cancel_requested")
                ? Optional.of(
                        Optional.ofNullable(row.getString("cancel_reason"))
                                .map(RunRow::reason)
                                .orElse(Reason.CANCELLED))
                : Optional.empty();
    }

    private Optional<Run> run(RunId id, Row row) {
        RunRow read = RunRow.of(row);
        // nobody but the new holder can change the run now, so a second question sees the same
        return read.hasSteps() ? runs.apply(id) : Optional.of(open.apply(read.toRun(List.of())));
    }
}
