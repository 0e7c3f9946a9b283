/// Files that steps left behind, over HTTP.
@NullMarked
package dev.runnel.api.artifact;

import org.jspecify.annotations.NullMarked;
