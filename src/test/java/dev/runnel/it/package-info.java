/// The packaged server as a process of its own: what happens when it, its database or its engine
/// dies.
@NullMarked
package dev.runnel.it;

import org.jspecify.annotations.NullMarked;
