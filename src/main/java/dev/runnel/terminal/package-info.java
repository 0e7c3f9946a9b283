/// What is written to a terminal: how it looks, and what text of others may do there.
@NullMarked
package dev.runnel.terminal;

import org.jspecify.annotations.NullMarked;
