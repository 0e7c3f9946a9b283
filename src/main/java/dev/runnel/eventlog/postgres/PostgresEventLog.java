package dev.runnel.eventlog.postgres;

import dev.runnel.database.Database;
import dev.runnel.database.DatabaseAway;
import dev.runnel.database.Notices;
import dev.runnel.eventlog.EventLog;
import dev.runnel.eventlog.FencedOff;
import dev.runnel.eventlog.LogUnavailable;
import dev.runnel.eventlog.postgres.EventCodec.Encoded;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.RunId;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// The event log in Postgres.
///
/// An append is one statement and so one transaction; it changes something only while the writer's
/// fence is the run's newest and the log is as long as the writer thinks. Watchers of this instance
/// are woken by the append itself, those of other instances by a notice.
@Singleton
final class PostgresEventLog implements EventLog {
    private static final String CHANNEL = "runnel_events";
    // an answer that takes longer is not worth waiting for: the retry finds out what happened
    private static final Duration ONE_TRY = Duration.ofSeconds(10);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final Duration SLACK = Duration.ofSeconds(60);

    private static final String IS_STORED =
            """
            select 1 from event_chunk
            where run = $1::uuid and last_seq = $2::bigint and first_seq = $3::bigint
                and fence = $4::bigint
            """;

    // no chunk is missing between two others, so the one that holds the last wanted event tells
    // where to stop; the limit bounds the memory of one answer
    private static final String READ =
            """
            select first_seq, encoding, payload from event_chunk
            where run = $1::uuid and last_seq > $2::bigint
                and last_seq <= coalesce(
                    (select min(last_seq) from event_chunk
                     where run = $1::uuid and last_seq >= $3::bigint),
                    9223372036854775807)
            order by last_seq limit 64
            """;

    // the last chunk to read is the one that holds the event before the given one
    private static final String READ_BEFORE =
            """
            select first_seq, encoding, payload from event_chunk
            where run = $1::uuid
                and last_seq <= (
                    select min(last_seq) from event_chunk
                    where run = $1::uuid and last_seq >= $2::bigint - 1)
                and last_seq >= $2::bigint - $3::bigint
            order by last_seq desc limit 64
            """;

    // chunks of older versions do not know their steps; the rows are short, their payloads are
    // elsewhere
    private static final String PASS_OVER =
            """
            select greatest($2::bigint, coalesce(
                (select first_seq - 1 from event_chunk
                 where run = $1::uuid and last_seq > $2::bigint
                    and (steps is null or steps & $3::bigint <> 0)
                 order by last_seq limit 1),
                (select max(last_seq) from event_chunk where run = $1::uuid))) as place
            """;

    private static final String PASS_OVER_BEFORE =
            """
            select least($2::bigint, coalesce(
                (select last_seq + 1 from event_chunk
                 where run = $1::uuid
                    and last_seq <= (
                        select min(last_seq) from event_chunk
                        where run = $1::uuid and last_seq >= $2::bigint - 1)
                    and (steps is null or steps & $3::bigint <> 0)
                 order by last_seq desc limit 1),
                1)) as place
            """;

    private static final String TEXT_END = "select events, text_bytes from run where id = $1::uuid";

    private static final String TEXT_BEFORE =
            """
            select last_seq, text_end from event_chunk
            where run = $1::uuid and last_seq < (
                select last_seq from event_chunk
                where run = $1::uuid and text_end > $2::bigint
                order by last_seq limit 1)
            order by last_seq desc limit 1
            """;

    private static final String IS_NEWEST =
            "select 1 from run where id = $1::uuid and fence = $2::bigint";

    private static final String POSITIONS = "select positions from run where id = $1::uuid";

    private static final String MAY_HAVE_GROWN =
            """
            select id from run where not ended and fence > 0
            union all
            select id from run
            where ended and finished_at > now() - $1::bigint * interval '1 millisecond'
            """;

    private final Database database;
    private final Notices notices;
    private final Growth growth;

    @Inject
    PostgresEventLog(Database database, Notices notices) {
        this.database = database;
        this.notices = notices;
        this.growth = new Growth(notices::isListening);
        notices.listen(CHANNEL, new Ear());
    }

    @Override
    public void append(Chunk chunk) throws FencedOff, InterruptedException {
        ChunkSql statement = ChunkSql.of(chunk);
        Duration pause = FIRST_PAUSE;
        while (!isStored(chunk, statement)) {
            Thread.sleep(pause);
            pause = shorter(pause.multipliedBy(2), LONGEST_PAUSE);
        }
        RunId run = chunk.after().id();
        long lastSeq = chunk.events().getLast().seq();
        growth.grew(chunk.after(), chunk.events());
        notices.send(CHANNEL, run.toString(), run + " " + lastSeq);
    }

    /// @return false when the database does not answer
    private boolean isStored(Chunk chunk, ChunkSql statement)
            throws FencedOff, InterruptedException {
        try {
            if (database.query(statement.sql(), statement.parameters(), ONE_TRY).rowCount() > 0) {
                return true;
            }
            if (wasStoredBefore(chunk)) {
                return true;
            }
        } catch (DatabaseAway e) {
            return false;
        }
        throw new FencedOff(chunk.after().id(), chunk.fence());
    }

    private boolean wasStoredBefore(Chunk chunk) throws InterruptedException {
        Tuple parameters =
                Tuple.of(
                        chunk.after().id().value(),
                        chunk.events().getLast().seq(),
                        chunk.events().getFirst().seq(),
                        chunk.fence());
        return database.query(IS_STORED, parameters, ONE_TRY).size() > 0;
    }

    @Override
    public boolean isNewest(RunId run, long fence) {
        return ask(IS_NEWEST, Tuple.of(run.value(), fence)).size() > 0;
    }

    @Override
    public List<RecordedEvent> read(RunId run, long after, int atMost) {
        return growth.recent(run)
                .map(recent -> recent.read(after, atMost, () -> stored(run, after, atMost)))
                .orElseGet(() -> stored(run, after, atMost));
    }

    private List<RecordedEvent> stored(RunId run, long after, int atMost) {
        List<RecordedEvent> events = new ArrayList<>();
        for (Row row : ask(READ, Tuple.of(run.value(), after, after + atMost))) {
            Encoded encoded = new Encoded(row.getShort("encoding"), row.getBuffer("payload"));
            events.addAll(EventCodec.decode(encoded, row.getLong("first_seq"), after));
        }
        return events;
    }

    @Override
    public List<RecordedEvent> readBefore(RunId run, long before, int atMost) {
        List<RecordedEvent> events = new ArrayList<>();
        for (Row row : ask(READ_BEFORE, Tuple.of(run.value(), before, (long) atMost))) {
            Encoded encoded = new Encoded(row.getShort("encoding"), row.getBuffer("payload"));
            events.addAll(0, EventCodec.decode(encoded, row.getLong("first_seq"), 0));
        }
        while (!events.isEmpty() && events.getLast().seq() >= before) {
            events.removeLast();
        }
        return events;
    }

    @Override
    public long passOver(RunId run, long after, Set<Integer> steps) {
        return place(ask(PASS_OVER, Tuple.of(run.value(), after, StepBits.wanted(steps))), after);
    }

    @Override
    public long passOverBefore(RunId run, long before, Set<Integer> steps) {
        Tuple parameters = Tuple.of(run.value(), before, StepBits.wanted(steps));
        return place(ask(PASS_OVER_BEFORE, parameters), before);
    }

    private static long place(RowSet<Row> rows, long otherwise) {
        for (Row row : rows) {
            return row.getLong("place");
        }
        return otherwise;
    }

    @Override
    public Optional<TextEnd> textEnd(RunId run) {
        for (Row row : ask(TEXT_END, Tuple.of(run.value()))) {
            return Optional.ofNullable(row.getLong("text_bytes"))
                    .map(bytes -> new TextEnd(row.getLong("events"), bytes));
        }
        return Optional.empty();
    }

    @Override
    public TextEnd textBefore(RunId run, long offset) {
        for (Row row : ask(TEXT_BEFORE, Tuple.of(run.value(), offset))) {
            return new TextEnd(row.getLong("last_seq"), row.getLong("text_end"));
        }
        return TextEnd.START;
    }

    @Override
    public Map<StepAttempt, StepPosition> positions(RunId run) {
        for (Row row : ask(POSITIONS, Tuple.of(run.value()))) {
            return StoredPositions.read(row.getString("positions"));
        }
        return Map.of();
    }

    @Override
    public Watch watch(RunId run) {
        return growth.watch(run);
    }

    @Override
    public AutoCloseable onAppend(AppendListener listener) {
        return growth.onAppend(listener);
    }

    private RowSet<Row> ask(String sql, Tuple parameters) {
        try {
            return database.query(sql, parameters, Database.PATIENCE);
        } catch (DatabaseAway e) {
            throw new LogUnavailable(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LogUnavailable(e);
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /// Hears of the appends of other instances.
    private final class Ear implements Notices.Listener {
        @Override
        public void heard(String payload) {
            String[] parts = payload.split(" ", 2);
            growth.grew(new RunId(UUID.fromString(parts[0])), Long.parseLong(parts[1]));
        }

        @Override
        public void listening(Duration deaf) {
            growth.wakeAll();
            Thread.ofVirtual().name("log-catch-up").start(() -> tellOfMissed(deaf));
        }

        private void tellOfMissed(Duration deaf) {
            long began = System.nanoTime();
            while (true) {
                Duration since = deaf.plusNanos(System.nanoTime() - began).plus(SLACK);
                try {
                    for (Row row : ask(MAY_HAVE_GROWN, Tuple.of(since.toMillis()))) {
                        growth.mayHaveGrown(new RunId(row.getUUID("id")));
                    }
                    return;
                } catch (LogUnavailable e) {
                    if (!slept()) {
                        return;
                    }
                }
            }
        }

        private static boolean slept() {
            try {
                Thread.sleep(LONGEST_PAUSE);
                return true;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
    }
}
