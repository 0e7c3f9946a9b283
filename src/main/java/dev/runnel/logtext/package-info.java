/// The text of a run's log: its last lines, and what is found in it.
@NullMarked
package dev.runnel.logtext;

import org.jspecify.annotations.NullMarked;
