@NullMarked
package dev.runnel.executor.process;

import org.jspecify.annotations.NullMarked;
