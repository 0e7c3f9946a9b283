/// What a run printed, as text.
@NullMarked
package dev.runnel.api.log;

import org.jspecify.annotations.NullMarked;
