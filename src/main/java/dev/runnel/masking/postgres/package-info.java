/// Values that commands registered, in the table `registered_value`.
@NullMarked
package dev.runnel.masking.postgres;

import org.jspecify.annotations.NullMarked;
