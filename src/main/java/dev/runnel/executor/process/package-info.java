/// Steps as plain processes of this machine: no isolation, for where there is no container engine.
///
/// An attempt is one folder. Two sessions of processes belong to it: the *keeper* (a shell and two
/// `cat`) starts the step, carries its output from pipes to files and writes its exit code to a
/// file; the *step* is everything that the commands start. Neither needs Runnel, so a step goes on
/// while Runnel is dead, and a later Runnel reads on in the files.
@NullMarked
package dev.runnel.executor.process;

import org.jspecify.annotations.NullMarked;
