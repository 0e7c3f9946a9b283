/// What to run: a validated, immutable description of steps, read from a pipeline file. Start at
/// `Pipeline`. Pure: this package uses nothing else of Runnel.
@NullMarked
package dev.runnel.pipeline;

import org.jspecify.annotations.NullMarked;
