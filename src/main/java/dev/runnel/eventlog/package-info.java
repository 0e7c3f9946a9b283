/// The log of a run: stored first, then live. The port is `EventLog`; `RunJournal` gathers the
/// events of one driven run into chunks.
@NullMarked
package dev.runnel.eventlog;

import org.jspecify.annotations.NullMarked;
