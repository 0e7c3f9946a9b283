/// The Postgres that holds everything: what the adapters that talk to it share. Start at
/// `Database`; `Notices` carries wake-ups between instances.
@NullMarked
package dev.runnel.database;

import org.jspecify.annotations.NullMarked;
