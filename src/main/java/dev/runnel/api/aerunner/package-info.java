/// The interface of the replaced ae-runner, for clients that were written for it.
@NullMarked
package dev.runnel.api.aerunner;

import org.jspecify.annotations.NullMarked;
