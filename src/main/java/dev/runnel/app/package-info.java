/// The process around the parts: configuration, start-up and shut-down, health, and the embedded
/// database. Start with `Server`.
@NullMarked
package dev.runnel.app;

import org.jspecify.annotations.NullMarked;
