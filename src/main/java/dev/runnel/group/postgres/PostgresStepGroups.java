package dev.runnel.group.postgres;

import dev.runnel.database.Database;
import dev.runnel.database.DatabaseAway;
import dev.runnel.database.Notices;
import dev.runnel.group.StepGroups;
import dev.runnel.run.RunId;
import dev.runnel.store.StoreUnavailable;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Concurrency groups in the table `step_group`; what decides about them are functions of the
/// database, one after the other for each group.
@Singleton
final class PostgresStepGroups implements StepGroups {
    private static final String CHANNEL = "runnel_step_groups";

    private static final String STAND =
            "select * from step_group_stand($1::uuid, $2::bigint, $3::integer, $4::text)";
    private static final String LEAVE =
            "select step_group_leave($1::uuid, $2::bigint, $3::integer) as passed_to";

    private final Database database;
    private final Notices notices;
    private final List<Consumer<RunId>> listeners = new CopyOnWriteArrayList<>();

    @Inject
    PostgresStepGroups(Database database, Notices notices) {
        this.database = database;
        this.notices = notices;
        notices.listen(CHANNEL, new Ear());
    }

    @Override
    public Standing stand(Holder holder, String group) {
        Tuple parameters = Tuple.of(holder.run().value(), holder.fence(), holder.first(), group);
        Row row = row(STAND, parameters);
        @Nullable UUID passedTo = row.getUUID("passed_to");
        if (passedTo != null && !passedTo.equals(holder.run().value())) {
            tell(new RunId(passedTo));
        }
        return new Standing(
                row.getBoolean("held_here"),
                Optional.ofNullable(row.getUUID("held_by")).map(RunId::new));
    }

    @Override
    public void leave(Holder holder) {
        Tuple parameters = Tuple.of(holder.run().value(), holder.fence(), holder.first());
        Optional.ofNullable(row(LEAVE, parameters).getUUID("passed_to"))
                .map(RunId::new)
                .ifPresent(this::tell);
    }

    private Row row(String sql, Tuple parameters) {
        try {
            return database.query(sql, parameters, Database.PATIENCE).iterator().next();
        } catch (DatabaseAway e) {
            throw new StoreUnavailable(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailable(e);
        }
    }

    private void tell(RunId run) {
        hear(run);
        notices.send(CHANNEL, run.toString(), run.toString());
    }

    private void hear(RunId run) {
        listeners.forEach(listener -> listener.accept(run));
    }

    @Override
    public AutoCloseable onPassed(Consumer<RunId> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /// Hears of locks that other instances gave back.
    private final class Ear implements Notices.Listener {
        @Override
        public void heard(String payload) {
            RunId.parse(payload).ifPresent(PostgresStepGroups.this::hear);
        }

        @Override
        public void listening(Duration deaf) {
            // those who wait ask again soon
        }
    }
}
