/// What a step or a run waits for before it goes on: a place among those that run, its concurrency
/// groups.
@NullMarked
package dev.runnel.turn;

import org.jspecify.annotations.NullMarked;
