/// Many runs on two servers, while servers, their database and their containers die: a program,
/// started by `chaos/run`; the build runs it small. Start at `Chaos`.
@NullMarked
package dev.runnel.chaos;

import org.jspecify.annotations.NullMarked;
