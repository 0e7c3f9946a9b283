package dev.runnel.executor;

import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import java.util.OptionalLong;

/// Hears what an attempt does.
///
/// Calls come one at a time, in order: `commandStarted(n)`, the output of command n,
/// `commandFinished(n)` and so on; a command that ends with the shell (`exit`, a syntax error)
/// finishes with the shell's exit code. The last call happens before `RunningStep.await` returns.
/// Output that a background process writes is told as output of the command that is current then.
/// The last command is current until the shell has ended, so what a trap prints then is its output.
///
/// A call may block; the executor then slows the step down, or leaves its output on disk, instead
/// of keeping it in memory. What a call throws makes the executor let go of the step.
public interface StepListener {

    /// Asked when all is ready and the commands are about to start: whether they may. They may not
    /// when the attempt was meanwhile taken up by another process. May block.
    default boolean mayStart() {
        return true;
    }

    /// The image is on its way.
    ///
    /// @param message one short line for people
    /// @param current units done
    /// @param total all units, when known
    void pulling(String message, OptionalLong current, OptionalLong total);

    /// Something about the place in which the commands run, before they start or after their end.
    ///
    /// @param message one short line for people
    default void preparing(String message) {}

    /// A command began.
    ///
    /// @param command from 1; those of the after-script follow those of the script
    void commandStarted(int command);

    /// A command wrote.
    ///
    /// @param position how many bytes of this channel, counted raw from the start of the attempt,
    ///   are told of with this line; what a `ResumePoint` takes
    void output(int command, OutputChannel channel, OutputLine line, long position);

    /// A command ended by itself, or because memory ran out. A command that was stopped, or whose
    /// end nobody saw, is not told of.
    ///
    /// @param exitCode 0 to 255
    void commandFinished(int command, int exitCode);
}
