/// The command line. Client commands talk HTTP to a server and never start one; `server` boots the
/// service.
@NullMarked
package dev.runnel.cli;

import org.jspecify.annotations.NullMarked;
