/// One attempt of a step, from its start to its end: `StepRunner`. What it is given (`StepSpecs`),
/// what it says (`JournalListener`), how it ended (`StepOutcome`), and the orders that reach it
/// from outside (`RunControl`). No framework.
@NullMarked
package dev.runnel.attempt;

import org.jspecify.annotations.NullMarked;
