/// Where code comes from. The port is `Source`; the package below it speaks git. Pure.
@NullMarked
package dev.runnel.source;

import org.jspecify.annotations.NullMarked;
