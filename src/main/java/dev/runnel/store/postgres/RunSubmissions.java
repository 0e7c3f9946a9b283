package dev.runnel.store.postgres;

import dev.runnel.database.Columns;
import dev.runnel.run.Queueing.Concurrency;
import dev.runnel.run.RepositoryName;
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import dev.runnel.run.RunRequest;
import dev.runnel.sealing.SecretBox;
import dev.runnel.store.RunStore.IdempotencyKey;
import dev.runnel.store.RunStore.Submission;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Stores new runs; what decides about them is the function `run_submit` of the database, so that
/// it is one round trip and all or nothing.
final class RunSubmissions {
    private static final String SUBMIT =
            """
            with submitted as (
                select outcome, other, superseded
                from run_submit($1::uuid, $2::text, $3::text, $4::text, $5::timestamptz, $6::text,
                    $7::text, $8::integer, $9::timestamptz, $10::text, $11::integer, $12::text,
                    $14::text)),
            linked as (
                insert into rerun (run, original)
                select $1::uuid, $13::uuid from submitted
                where outcome = 'accepted' and $13::uuid is not null)
            select outcome, other, superseded from submitted
            """;

    private static final String EARLIER =
            "select fingerprint, run from idempotency_key where key = $1::text";

    private final Questions questions;
    private final SecretBox box;
    private final Function<RunId, Optional<Run>> runs;

    /// @param runs finds a run as its stored events leave it
    RunSubmissions(Questions questions, SecretBox box, Function<RunId, Optional<Run>> runs) {
        this.questions = questions;
        this.box = box;
        this.runs = runs;
    }

    Submission submit(Run run, Optional<IdempotencyKey> key) {
        if (run.events() > 0) {
            throw new IllegalArgumentException("run " + run.id() + " is not new");
        }
        Tuple parameters = parameters(run, key);
        while (true) {
            Optional<Submission> submission =
                    submission(questions.row(SUBMIT, parameters), run, key);
            if (submission.isPresent()) {
                return submission.get();
            }
            // the run of the key was deleted just now, and the key with it
        }
    }

    private Optional<Submission> submission(Row row, Run run, Optional<IdempotencyKey> key) {
        String outcome = row.getString("outcome");
        return switch (outcome) {
            case "accepted" -> {
                List<RunId> superseded =
                        Arrays.stream(row.getArrayOfUUIDs("superseded")).map(RunId::new).toList();
                yield Optional.of(new Submission.Accepted(run, superseded));
            }
            case "known-key" -> key.flatMap(this::earlier);
            case "intake-paused" -> Optional.of(new Submission.IntakePaused());
            case "group-rejected" ->
                    Optional.of(new Submission.GroupRejected(new RunId(row.getUUID("other"))));
            default -> throw new IllegalStateException("run_submit says " + outcome);
        };
    }

    private Tuple parameters(Run run, Optional<IdempotencyKey> key) {
        RunRequest request = run.request();
        Optional<Concurrency> concurrency = request.queueing().concurrency();
        return Tuple.tuple()
                .addUUID(run.id().value())
                .addString(Columns.text(request.url()))
                .addString(Columns.text(repository(request)))
                .addString(StoredRequest.write(request.withSecrets(sealed(request.secrets()))))
                .addOffsetDateTime(run.createdAt().atOffset(ZoneOffset.UTC))
                .addString(key.map(IdempotencyKey::key).orElse(null))
                .addString(key.map(IdempotencyKey::fingerprint).orElse(null))
                .addInteger(request.queueing().priority())
                .addOffsetDateTime(Columns.time(request.queueing().notBefore()))
                .addString(Columns.text(request.concurrencyGroup()))
                .addInteger(concurrency.map(Concurrency::limit).orElse(null))
                .addString(concurrency.map(one -> one.policy().code()).orElse(null))
                .addUUID(request.rerun().map(rerun -> rerun.of().value()).orElse(null))
                .addString(RunClaims.labels(request.queueing().labels()));
    }

    private Map<String, String> sealed(Map<String, String> secrets) {
        Map<String, String> sealed = new HashMap<>();
        secrets.forEach((name, value) -> sealed.put(name, box.seal(value)));
        return sealed;
    }

    private static String repository(RunRequest request) {
        return RepositoryName.of(request.url()).toString().toLowerCase(Locale.ROOT);
    }

    private Optional<Submission> earlier(IdempotencyKey key) {
        for (Row row : questions.query(EARLIER, Tuple.of(key.key()))) {
            RunId first = new RunId(row.getUUID("run"));
            return row.getString("fingerprint").equals(key.fingerprint())
                    ? runs.apply(first).map(Submission.Repeated::new)
                    : Optional.of(new Submission.KeyTaken(first));
        }
        return Optional.empty();
    }
}
