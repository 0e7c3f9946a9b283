/// What a caller of the HTTP interface is told when something is wrong: documents of RFC 9457 with
/// stable types. Start at `ProblemType`.
@NullMarked
package dev.runnel.problem;

import org.jspecify.annotations.NullMarked;
