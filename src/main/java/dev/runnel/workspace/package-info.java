/// The folders in which runs work, and what is kept of them for a re-run. Start at `Snapshots`.
@NullMarked
package dev.runnel.workspace;

import org.jspecify.annotations.NullMarked;
