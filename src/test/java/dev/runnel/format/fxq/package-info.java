@NullMarked
package dev.runnel.format.fxq;

import org.jspecify.annotations.NullMarked;
