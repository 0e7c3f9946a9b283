package dev.runnel.store.postgres;

import dev.runnel.database.StepColumns;
import dev.runnel.database.StoredCommands;
import dev.runnel.database.StoredExchange;
import dev.runnel.run.RunId;
import dev.runnel.run.StepRun;
import dev.runnel.run.StepRun.Plan;
import dev.runnel.run.StepState;
import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/// A row of `step` as it is read; the event log writes it.
@Entity
@Immutable
@Table(name = "step")
@IdClass(StepRow.Key.class)
@SuppressWarnings("NullAway.Init") // Hibernate fills the fields
class StepRow extends PanacheEntityBase {
    @Id
    @ManyToOne(fetch = FetchType.LAZY)
    @JoinColumn(name = "run")
    RunRow run;

    @Id int number;
    String name;
    String image;
    boolean commits;

    @Enumerated(EnumType.STRING)
    StepState state;

    int attempt;

    // numbers with commas; null in what was stored before steps had needs
    @Nullable String needs;

    @Column(name = "allow_failure")
    boolean allowFailure;

    boolean manual;
    int attempts;

    @Column(name = "waits_for")
    @Nullable String waitsFor;

    @Column(name = "waits_until")
    @Nullable Instant waitsUntil;

    boolean approved;
    @Nullable String reason;
    @Nullable String message;

    @Column(name = "exit_code")
    @Nullable Integer exitCode;

    @Column(name = "started_at")
    @Nullable Instant startedAt;

    @Column(name = "finished_at")
    @Nullable Instant finishedAt;

    @Column(name = "kept_from")
    @Nullable UUID keptFrom;

    @Nullable String exchange;
    String commands;

    /// The primary key.
    record Key(UUID run, int number) {}

    StepRun toStep() {
        StoredExchange exchanged = StoredExchange.read(exchange);
        return new StepRun(
                number,
                name,
                image,
                commits,
                new Plan(StepColumns.needs(number, needs), allowFailure, manual, attempts),
                state,
                attempt,
                Optional.ofNullable(reason).map(RunRow::reason),
                Optional.ofNullable(message),
                Optional.ofNullable(exitCode),
                Optional.ofNullable(startedAt),
                Optional.ofNullable(finishedAt),
                Optional.ofNullable(keptFrom).map(RunId::new),
                StepColumns.wait(waitsFor, waitsUntil),
                approved,
                exchanged.values(),
                exchanged.origin(),
                StoredCommands.read(commands));
    }
}
