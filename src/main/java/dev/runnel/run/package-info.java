/// What happened to a run: its request, its events and the states they lead to. Start at `Run`, the
/// fold over `RunEvent`s. Pure.
@NullMarked
package dev.runnel.run;

import org.jspecify.annotations.NullMarked;
