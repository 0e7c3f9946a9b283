package dev.runnel.masking.postgres;

import dev.runnel.database.Database;
import dev.runnel.database.DatabaseAway;
import dev.runnel.masking.RegisteredValues;
import dev.runnel.masking.SecretsUnreadable;
import dev.runnel.run.RunId;
import dev.runnel.sealing.SecretBox;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

/// Registered values in the table `registered_value`. A column of bytes takes every character that
/// a command may print.
@Singleton
final class PostgresRegisteredValues implements RegisteredValues {
    private static final Duration PAUSE = Duration.ofMillis(500);

    // the run may have been removed meanwhile; there is nothing to mask then
    private static final String KEEP =
            """
            insert into registered_value (run, value)
            select id, $2::bytea from run where id = $1::uuid
            on conflict do nothing
            """;

    private static final String OF =
            "select value from registered_value where run = any ($1::uuid[])";

    private final Database database;
    private final SecretBox box;

    PostgresRegisteredValues(Database database, SecretBox box) {
        this.database = database;
        this.box = box;
    }

    @Override
    public void keep(RunId run, String value) throws InterruptedException {
        Buffer bytes = Buffer.buffer(box.seal(value).getBytes(StandardCharsets.UTF_8));
        ask(KEEP, Tuple.of(run.value(), bytes));
    }

    @Override
    public Set<String> of(Collection<RunId> runs) throws InterruptedException {
        UUID[] ids = runs.stream().map(RunId::value).toArray(UUID[]::new);
        Set<String> values = new HashSet<>();
        for (Row row : ask(OF, Tuple.tuple().addArrayOfUUID(ids))) {
            String stored = row.getBuffer("value").toString(StandardCharsets.UTF_8);
            values.add(box.open(stored).orElseThrow(() -> new SecretsUnreadable(stored)));
        }
        return values;
    }

    private RowSet<Row> ask(String sql, Tuple parameters) throws InterruptedException {
        while (true) {
            try {
                return database.query(sql, parameters, Database.PATIENCE);
            } catch (DatabaseAway e) {
                Thread.sleep(PAUSE);
            }
        }
    }
}
