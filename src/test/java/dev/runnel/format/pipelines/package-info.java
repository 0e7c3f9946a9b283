@NullMarked
package dev.runnel.format.pipelines;

import org.jspecify.annotations.NullMarked;
