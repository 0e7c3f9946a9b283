/// Runs at rest in Postgres: entities for finding and listing, SQL for the queue and its leases.
@NullMarked
package dev.runnel.store.postgres;

import org.jspecify.annotations.NullMarked;
