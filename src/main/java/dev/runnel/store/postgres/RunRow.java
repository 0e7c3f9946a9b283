package dev.runnel.store.postgres;

import dev.runnel.run.Reason;
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import dev.runnel.run.RunState;
import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import io.vertx.sqlclient.Row;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OrderBy;
import jakarta.persistence.Table;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/// A row of `run` as it is read; it is written by SQL alone, here and in the event log.
@Entity
@Immutable
@Table(name = "run")
@SuppressWarnings("NullAway.Init") // Hibernate fills the fields
class RunRow extends PanacheEntityBase {
    @Id UUID id;
    String url;
    String repository;
    String request;

    @Column(name = "created_at")
    Instant createdAt;

    long events;
    boolean ended;

    @Enumerated(EnumType.STRING)
    RunState state;

    @Nullable String reason;
    @Nullable String message;
    @Nullable String revision;
    @Nullable String pushed;
    @Nullable String pipeline;

    @Column(name = "started_at")
    @Nullable Instant startedAt;

    @Column(name = "finished_at")
    @Nullable Instant finishedAt;

    @OneToMany(mappedBy = "run", fetch = FetchType.LAZY)
    @OrderBy("number")
    List<StepRow> steps = new ArrayList<>();

    /// A whole row, as a statement returned it that Hibernate did not write.
    static RunRow of(Row row) {
        RunRow read = new RunRow();
        read.id = row.getUUID("id");
        read.url = row.getString("url");
        read.repository = row.getString("repository");
        read.request = row.getString("request");
        read.createdAt = row.getOffsetDateTime("created_at").toInstant();
        read.events = row.getLong("events");
        read.ended = row.getBoolean("ended");
        read.state = RunState.valueOf(row.getString("state"));
        read.reason = row.getString("reason");
        read.message = row.getString("message");
        read.revision = row.getString("revision");
        read.pushed = row.getString("pushed");
        read.pipeline = row.getString("pipeline");
        read.startedAt = instant(row.getOffsetDateTime("started_at"));
        read.finishedAt = instant(row.getOffsetDateTime("finished_at"));
        return read;
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }

    static Set<Integer> cancelledSteps(Row row) {
        return Set.of(row.getArrayOfIntegers("cancelled_steps"));
    }

    static Set<Integer> approvedSteps(Row row) {
        return Set.of(row.getArrayOfIntegers("approved_steps"));
    }

    boolean hasSteps() {
        return pipeline != null;
    }

    /// The run, with its steps given apart because they may not be loaded here.
    Run toRun(List<StepRow> loadedSteps) {
        return new Run(
                new RunId(id),
                StoredRequest.read(url, request),
                state,
                Optional.ofNullable(reason).map(RunRow::reason),
                Optional.ofNullable(message),
                Optional.ofNullable(revision),
                Optional.ofNullable(pushed),
                Optional.ofNullable(pipeline),
                createdAt,
                Optional.ofNullable(startedAt),
                Optional.ofNullable(finishedAt),
                loadedSteps.stream().map(StepRow::toStep).toList(),
                events,
                ended);
    }

    static Reason reason(String code) {
        return Reason.parse(code)
                .orElseThrow(() ->
                        new IllegalStateException(
                                "reason '" + code + "' was stored by a newer Runnel"));
    }
}
