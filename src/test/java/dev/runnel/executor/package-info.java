@NullMarked
package dev.runnel.executor;

import org.jspecify.annotations.NullMarked;
