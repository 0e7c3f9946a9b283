/// Pipeline files by HTTP: what is wrong with one, what it would run, and the schema of all.
@NullMarked
package dev.runnel.api.preview;

import org.jspecify.annotations.NullMarked;
