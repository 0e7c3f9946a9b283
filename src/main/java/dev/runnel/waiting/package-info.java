/// Places that are made before they are asked for: `WaitingPool`. What a place is, others know.
@NullMarked
package dev.runnel.waiting;

import org.jspecify.annotations.NullMarked;
