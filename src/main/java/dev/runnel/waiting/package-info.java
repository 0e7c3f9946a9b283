/// Places that are made before they are asked for: `WaitingPool`; and what keeps out of the way of
/// a start: `StartsUnderWay`. What a place or a start is, others know.
@NullMarked
package dev.runnel.waiting;

import org.jspecify.annotations.NullMarked;
