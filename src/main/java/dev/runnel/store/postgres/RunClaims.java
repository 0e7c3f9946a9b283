package dev.runnel.store.postgres;

import dev.runnel.database.Database;
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import dev.runnel.store.RunStore.Claim;
import dev.runnel.store.RunStore.Lease;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

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
            update run set instance = $1, fence = fence + 1,
                leased_until = now() + cast($2 as bigint) * interval '1 millisecond'
            from next where run.id = next.id
            returning run.*
            """;

    private static final String CLAIM =
            """
            update run set instance = $1, fence = fence + 1,
                leased_until = now() + cast($2 as bigint) * interval '1 millisecond'
            where id = $3 and not ended and (instance is null or leased_until < now())
            returning *
            """;

    private final Database database;
    private final Function<RunId, Optional<Run>> runs;

    /// @param runs finds a run as its stored events leave it
    RunClaims(Database database, Function<RunId, Optional<Run>> runs) {
        this.database = database;
        this.runs = runs;
    }

    Optional<Claim> claimNext(String instance, Duration lease) throws InterruptedException {
        return claimed(CLAIM_NEXT, Tuple.of(instance, lease.toMillis()));
    }

    Optional<Claim> claim(RunId id, String instance, Duration lease) throws InterruptedException {
        return claimed(CLAIM, Tuple.of(instance, lease.toMillis(), id.value()));
    }

    private Optional<Claim> claimed(String sql, Tuple parameters) throws InterruptedException {
        for (Row row : database.query(sql, parameters, Database.PATIENCE)) {
            Lease lease = new Lease(new RunId(row.getUUID("id")), row.getLong("fence"));
            return run(lease.run(), row)
                    .map(run ->
                            new Claim(
                                    lease,
                                    run,
                                    row.getBoolean("cancel_requested"),
                                    RunRow.cancelledSteps(row)));
        }
        return Optional.empty();
    }

    private Optional<Run> run(RunId id, Row row) {
        RunRow read = RunRow.of(row);
        // nobody but the new holder can change the run now, so a second question sees the same
        return read.hasSteps() ? runs.apply(id) : Optional.of(read.toRun(List.of()));
    }
}
