/// Keeps secrets out of logs: what must not show, the forms in which it might, and the listener
/// that puts `***` in its place before anything is stored.
@NullMarked
package dev.runnel.masking;

import org.jspecify.annotations.NullMarked;
