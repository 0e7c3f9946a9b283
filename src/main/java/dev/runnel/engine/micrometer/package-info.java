/// The engine's numbers, as meters.
@NullMarked
package dev.runnel.engine.micrometer;

import org.jspecify.annotations.NullMarked;
