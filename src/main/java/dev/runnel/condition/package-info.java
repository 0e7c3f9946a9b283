/// What has to hold for a step to run: expressions over the facts of a run, and globs over the
/// names of branches and the paths of files. Both end by themselves and in bounded time, whatever
/// their author wrote. Pure: this package uses nothing else of Runnel.
@NullMarked
package dev.runnel.condition;

import org.jspecify.annotations.NullMarked;
