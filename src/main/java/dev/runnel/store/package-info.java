/// Runs at rest: the queue, the leases, the list. The port is `RunStore`.
@NullMarked
package dev.runnel.store;

import org.jspecify.annotations.NullMarked;
