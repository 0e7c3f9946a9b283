package dev.runnel.store.postgres;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.UUID;
import org.hibernate.annotations.Immutable;

/// A row of `idempotency_key` as it is read.
@Entity
@Immutable
@Table(name = "idempotency_key")
@SuppressWarnings("NullAway.Init") // Hibernate fills the fields
class IdempotencyRow extends PanacheEntityBase {
    @Id String key;
    String fingerprint;
    UUID run;
}
