package dev.runnel.eventlog.postgres;

import dev.runnel.database.Columns;
import dev.runnel.database.StepColumns;
import dev.runnel.database.StoredCommands;
import dev.runnel.database.StoredExchange;
import dev.runnel.eventlog.EventLog.Chunk;
import dev.runnel.run.Reason;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.CommandFinished;
import dev.runnel.run.RunEvent.CommandStarted;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunEvent.PipelineRead;
import dev.runnel.run.RunEvent.ProblemFound;
import dev.runnel.run.RunEvent.ProgressMade;
import dev.runnel.run.RunEvent.ResultPushed;
import dev.runnel.run.RunEvent.RunEnded;
import dev.runnel.run.RunEvent.RunStateChanged;
import dev.runnel.run.RunEvent.StepApproved;
import dev.runnel.run.RunEvent.StepExpanded;
import dev.runnel.run.RunEvent.StepKept;
import dev.runnel.run.RunEvent.StepOutputs;
import dev.runnel.run.RunEvent.StepStateChanged;
import dev.runnel.run.RunEvent.StepWaits;
import dev.runnel.run.RunId;
import dev.runnel.run.StepRun;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The statements that store a chunk. Each is one round trip and all or nothing; it stores a row,
/// or none when the lease or the place in the log is not the writer's any more.
final class ChunkSql {
    private static final String STORE_CHUNK =
            """
            insert into event_chunk (run, first_seq, last_seq, fence, encoding, payload, text_end,
                steps)
            select id, $3 + 1, $4, $2, $6::smallint, $7::bytea, text_bytes, $9::bigint from held
            """;

    /// For output and the like: the run stays as it is.
    private static final String OUTPUT =
            """
            with held as (
                update run set events = $4::bigint, positions = $5::text,
                    text_bytes = text_bytes + $8::bigint
                where id = $1::uuid and fence = $2::bigint and events = $3::bigint and not ended
                returning id, text_bytes)
            """
                    + STORE_CHUNK;

    private static final String STATE =
            """
            with held as (
                update run set events = $4::bigint, positions = $5::text,
                    text_bytes = text_bytes + $8::bigint, ended = $10::boolean,
                    state = $11::text, reason = $12::text, message = $13::text,
                    revision = $14::text, pipeline = $15::text,
                    started_at = $16::timestamptz, finished_at = $17::timestamptz,
                    pushed = $18::text
                where id = $1::uuid and fence = $2::bigint and events = $3::bigint and not ended
                returning id, text_bytes),
            steps as (
                insert into step (run, number, name, image, commits, state, attempt, reason,
                    message, exit_code, started_at, finished_at, commands, kept_from, needs,
                    allow_failure, manual, attempts, waits_for, waits_until, approved, exchange)
                select held.id, changed.* from held, unnest($19::integer[], $20::text[],
                    $21::text[], $22::boolean[], $23::text[], $24::integer[], $25::text[],
                    $26::text[], $27::integer[], $28::timestamptz[], $29::timestamptz[],
                    $30::text[], $31::uuid[], $32::text[], $33::boolean[], $34::boolean[],
                    $35::integer[], $36::text[], $37::timestamptz[], $38::boolean[], $39::text[])
                    as changed
                on conflict (run, number) do update set state = excluded.state,
                    attempt = excluded.attempt, reason = excluded.reason,
                    message = excluded.message, exit_code = excluded.exit_code,
                    started_at = excluded.started_at, finished_at = excluded.finished_at,
                    commands = excluded.commands, kept_from = excluded.kept_from,
                    waits_for = excluded.waits_for, waits_until = excluded.waits_until,
                    approved = excluded.approved, exchange = excluded.exchange)
            """
                    + STORE_CHUNK;

    private final String sql;
    private final Tuple parameters;

    private ChunkSql(String sql, Tuple parameters) {
        this.sql = sql;
        this.parameters = parameters;
    }

    static ChunkSql of(Chunk chunk) {
        Tuple parameters = chunkParameters(chunk);
        boolean output =
                chunk.events().stream()
                        .map(RecordedEvent::event)
                        .allMatch(event ->
                                switch (event) {
                                    case OutputWritten _, ProgressMade _, ProblemFound _ -> true;
                                    case RunStateChanged _,
                                            PipelineRead _,
                                            StepStateChanged _,
                                            StepKept _,
                                            StepWaits _,
                                            StepApproved _,
                                            StepOutputs _,
                                            StepExpanded _,
                                            ResultPushed _,
                                            CommandStarted _,
                                            CommandFinished _,
                                            RunEnded _ ->
                                            false;
                                });
        if (output) {
            return new ChunkSql(OUTPUT, parameters);
        }
        addRun(parameters, chunk.after());
        addSteps(parameters, changedSteps(chunk));
        return new ChunkSql(STATE, parameters);
    }

    String sql() {
        return sql;
    }

    Tuple parameters() {
        return parameters;
    }

    private static Tuple chunkParameters(Chunk chunk) {
        EventCodec.Encoded encoded = EventCodec.encode(chunk.events());
        return Tuple.tuple()
                .addUUID(chunk.after().id().value())
                .addLong(chunk.fence())
                .addLong(chunk.events().getFirst().seq() - 1)
                .addLong(chunk.events().getLast().seq())
                .addString(StoredPositions.write(chunk.positions()))
                .addShort(encoded.encoding())
                .addBuffer(encoded.payload())
                .addLong(TextLength.of(chunk.events()))
                .addLong(StepBits.of(chunk.events()));
    }

    private static void addRun(Tuple parameters, Run run) {
        parameters
                .addBoolean(run.ended())
                .addString(run.state().name())
                .addString(run.reason().map(Reason::code).orElse(null))
                .addString(Columns.text(run.message()))
                .addString(Columns.text(run.revision()))
                .addString(Columns.text(run.pipeline()))
                .addOffsetDateTime(Columns.time(run.startedAt()))
                .addOffsetDateTime(Columns.time(run.finishedAt()))
                .addString(Columns.text(run.pushed()));
    }

    private static void addSteps(Tuple parameters, List<StepRun> steps) {
        int size = steps.size();
        Integer[] numbers = new Integer[size];
        String[] names = new String[size];
        String[] images = new String[size];
        Boolean[] commits = new Boolean[size];
        String[] states = new String[size];
        Integer[] attempts = new Integer[size];
        @Nullable String[] reasons = new @Nullable String[size];
        @Nullable String[] messages = new @Nullable String[size];
        @Nullable Integer[] exitCodes = new @Nullable Integer[size];
        @Nullable OffsetDateTime[] started = new @Nullable OffsetDateTime[size];
        @Nullable OffsetDateTime[] finished = new @Nullable OffsetDateTime[size];
        String[] commands = new String[size];
        @Nullable UUID[] keptFrom = new @Nullable UUID[size];
        for (int row = 0; row < size; row++) {
            StepRun step = steps.get(row);
            numbers[row] = step.number();
            names[row] = Columns.text(step.name());
            images[row] = step.image();
            commits[row] = step.commit();
            states[row] = step.state().name();
            attempts[row] = step.attempt();
            reasons[row] = step.reason().map(Reason::code).orElse(null);
            messages[row] = Columns.text(step.message());
            exitCodes[row] = step.exitCode().orElse(null);
            started[row] = Columns.time(step.startedAt());
            finished[row] = Columns.time(step.finishedAt());
            commands[row] = StoredCommands.write(step.commands());
            keptFrom[row] = step.keptFrom().map(RunId::value).orElse(null);
        }
        parameters
                .addArrayOfInteger(numbers)
                .addArrayOfString(names)
                .addArrayOfString(images)
                .addArrayOfBoolean(commits)
                .addArrayOfString(states)
                .addArrayOfInteger(attempts)
                .addArrayOfString(reasons)
                .addArrayOfString(messages)
                .addArrayOfInteger(exitCodes)
                .addArrayOfOffsetDateTime(started)
                .addArrayOfOffsetDateTime(finished)
                .addArrayOfString(commands)
                .addArrayOfUUID(keptFrom);
        addPlans(parameters, steps);
    }

    private static void addPlans(Tuple parameters, List<StepRun> steps) {
        int size = steps.size();
        String[] needs = new String[size];
        Boolean[] allowFailure = new Boolean[size];
        Boolean[] manual = new Boolean[size];
        Integer[] attempts = new Integer[size];
        @Nullable String[] waitsFor = new @Nullable String[size];
        @Nullable OffsetDateTime[] waitsUntil = new @Nullable OffsetDateTime[size];
        Boolean[] approved = new Boolean[size];
        @Nullable String[] exchanges = new @Nullable String[size];
        for (int row = 0; row < size; row++) {
            StepRun step = steps.get(row);
            needs[row] = StepColumns.needs(step.plan().needs());
            allowFailure[row] = step.plan().allowFailure();
            manual[row] = step.plan().manual();
            attempts[row] = step.plan().attempts();
            waitsFor[row] = StepColumns.waitsFor(step.waitsFor());
            waitsUntil[row] = Columns.time(StepColumns.waitsUntil(step.waitsFor()));
            approved[row] = step.approved();
            exchanges[row] = StoredExchange.write(step);
        }
        parameters
                .addArrayOfString(needs)
                .addArrayOfBoolean(allowFailure)
                .addArrayOfBoolean(manual)
                .addArrayOfInteger(attempts)
                .addArrayOfString(waitsFor)
                .addArrayOfOffsetDateTime(waitsUntil)
                .addArrayOfBoolean(approved)
                .addArrayOfString(exchanges);
    }

    private static List<StepRun> changedSteps(Chunk chunk) {
        Set<Integer> numbers = new TreeSet<>();
        for (RecordedEvent recorded : chunk.events()) {
            switch (recorded.event()) {
                case PipelineRead _ ->
                        chunk.after().steps().forEach(step -> numbers.add(step.number()));
                case StepStateChanged changed -> numbers.add(changed.step());
                case StepKept kept -> numbers.add(kept.step());
                case StepWaits waits -> numbers.add(waits.step());
                case StepApproved approved -> numbers.add(approved.step());
                case StepOutputs outputs -> numbers.add(outputs.step());
                case StepExpanded expanded ->
                        expanded.parts().forEach(part -> numbers.add(part.step()));
                case CommandStarted started -> numbers.add(started.step());
                case CommandFinished finished -> numbers.add(finished.step());
                case OutputWritten _,
                        ProgressMade _,
                        ProblemFound _,
                        RunStateChanged _,
                        ResultPushed _,
                        RunEnded _ -> {}
            }
        }
        return numbers.stream().map(chunk.after()::step).toList();
    }
}
