@NullMarked
package dev.runnel.executor.docker;

import org.jspecify.annotations.NullMarked;
