/// Start-up: configuration, the embedded database, and the places where the pieces are put
/// together. Start at `Server`, then `EngineBeans`.
@NullMarked
package dev.runnel.app;

import org.jspecify.annotations.NullMarked;
