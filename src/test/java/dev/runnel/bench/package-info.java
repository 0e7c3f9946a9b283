/// Measurements, started by `bench/run` and never by the build. Start at `Bench`.
@NullMarked
package dev.runnel.bench;

import org.jspecify.annotations.NullMarked;
