/// What waits, who works, and what is paused: for the people who run an installation.
@NullMarked
package dev.runnel.api.queue;

import org.jspecify.annotations.NullMarked;
