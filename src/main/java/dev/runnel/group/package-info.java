/// Concurrency groups of steps. The port is `StepGroups`.
@NullMarked
package dev.runnel.group;

import org.jspecify.annotations.NullMarked;
