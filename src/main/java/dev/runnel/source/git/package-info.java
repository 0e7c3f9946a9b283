/// The source that speaks git, with JGit and Apache MINA sshd; it never starts a process. Start at
/// `GitSource`. A checkout or a push is one `Attempt`; `Remotes` opens its connections, `Refusals`
/// turns what went wrong into an answer.
@NullMarked
package dev.runnel.source.git;

import org.jspecify.annotations.NullMarked;
