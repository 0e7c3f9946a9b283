/// The command line. Arguments are read before anything else happens, so that a command that only
/// talks to a server never starts one.
@NullMarked
package dev.runnel.cli;

import org.jspecify.annotations.NullMarked;
