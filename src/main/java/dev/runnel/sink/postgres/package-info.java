/// Positions of sinks in Postgres, in the table `sink_position`.
@NullMarked
package dev.runnel.sink.postgres;

import org.jspecify.annotations.NullMarked;
