/// The rules of a graph of steps: which may go on (`Schedule`), and what their ends make of the run
/// (`RunOutcome`). Pure: nothing here starts or waits for anything.
@NullMarked
package dev.runnel.schedule;

import org.jspecify.annotations.NullMarked;
