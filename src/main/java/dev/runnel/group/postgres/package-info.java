/// Concurrency groups of steps in the table `step_group`.
@NullMarked
package dev.runnel.group.postgres;

import org.jspecify.annotations.NullMarked;
