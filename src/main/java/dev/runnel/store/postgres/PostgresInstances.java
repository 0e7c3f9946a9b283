package dev.runnel.store.postgres;

import dev.runnel.database.Columns;
import dev.runnel.database.Database;
import dev.runnel.store.Instances;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// The registry of instances in Postgres, whose clock all of them share.
@Singleton
final class PostgresInstances implements Instances {
    private static final String BEAT =
            """
            with forgotten as (
                delete from instance
                where alive_until < now() - $12::bigint * interval '1 millisecond'
                    and id <> $1::text)
            insert into instance (id, host, version, executor, started_at, heartbeat_at, accepting,
                runs, steps, max_runs, max_steps, alive_until,
                labels)
            values ($1::text, $2::text, $3::text, $4::text, $5::timestamptz, now(), $6::boolean,
                $7::integer, $8::integer, $9::integer, $10::integer,
                now() + $11::bigint * interval '1 millisecond', $13::text[])
            on conflict (id) do update set host = excluded.host, version = excluded.version,
                executor = excluded.executor, started_at = excluded.started_at,
                heartbeat_at = excluded.heartbeat_at, accepting = excluded.accepting,
                runs = excluded.runs, steps = excluded.steps, max_runs = excluded.max_runs,
                max_steps = excluded.max_steps, alive_until = excluded.alive_until,
                labels = excluded.labels
            """;
    private static final String LEAVE = "delete from instance where id = $1::text";
    private static final String ALL =
            "select *, alive_until >= now() as alive from instance order by started_at, id";

    private final Questions questions;

    @Inject
    PostgresInstances(Database database) {
        this.questions = new Questions(database);
    }

    @Override
    public void beat(Instance instance, Duration goodFor) {
        Tuple parameters =
                Tuple.tuple()
                        .addString(Columns.text(instance.id()))
                        .addString(Columns.text(instance.host()))
                        .addString(Columns.text(instance.version()))
                        .addString(Columns.text(instance.executor()))
                        .addOffsetDateTime(instance.startedAt().atOffset(ZoneOffset.UTC))
                        .addBoolean(instance.accepting())
                        .addInteger(instance.now().runs())
                        .addInteger(instance.now().steps())
                        .addInteger(instance.limits().runs())
                        .addInteger(instance.limits().steps())
                        .addLong(goodFor.toMillis())
                        .addLong(MEMORY.toMillis())
                        .addArrayOfString(
                                instance.labels().stream().sorted().toArray(String[]::new));
        questions.query(BEAT, parameters);
    }

    @Override
    public void leave(String id) {
        questions.query(LEAVE, Tuple.of(Columns.text(id)));
    }

    @Override
    public List<Seen> all() {
        List<Seen> seen = new ArrayList<>();
        for (Row row : questions.query(ALL, Tuple.tuple())) {
            Instance instance =
                    new Instance(
                            row.getString("id"),
                            row.getString("host"),
                            row.getString("version"),
                            row.getString("executor"),
                            row.getOffsetDateTime("started_at").toInstant(),
                            row.getBoolean("accepting"),
                            new Load(row.getInteger("runs"), row.getInteger("steps")),
                            new Load(row.getInteger("max_runs"), row.getInteger("max_steps")),
                            Set.of(row.getArrayOfStrings("labels")));
            seen.add(
                    new Seen(
                            instance,
                            row.getOffsetDateTime("heartbeat_at").toInstant(),
                            row.getBoolean("alive")));
        }
        return seen;
    }
}
