/// The objects that the replaced ae-runner answered with and sent to its callbacks. The old API and
/// the old callbacks both build them here, so that they say the same. Start at `RunObject`. Pure.
@NullMarked
package dev.runnel.aerunner;

import org.jspecify.annotations.NullMarked;
