/// The event log in Postgres: chunks in `event_chunk`, the fold in `run` and `step`, wake-ups over
/// LISTEN and NOTIFY.
@NullMarked
package dev.runnel.eventlog.postgres;

import org.jspecify.annotations.NullMarked;
