/// The keys as the configuration says, or in a file that is made for them.
@NullMarked
package dev.runnel.sealing.configured;

import org.jspecify.annotations.NullMarked;
