package dev.runnel.masking;

import dev.runnel.executor.StepListener;
import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import java.util.OptionalLong;
import java.util.function.Consumer;

/// Passes on what an attempt does with every secret masked, and takes the values that its commands
/// register by printing a [line of control](MaskedChannel#CONTROL).
///
/// A piece of text that may be the beginning of a secret is held back until it is clear whether it
/// is one; the end of its command, or [#end], makes it clear. The position that is passed on counts
/// only what is passed on, so whoever takes the attempt up hears the rest again.
public final class MaskingListener implements StepListener {
    private final StepListener to;
    private final MaskedChannel stdout;
    private final MaskedChannel stderr;

    /// @param to hears what is left
    /// @param onTrouble told, in a sentence for people, what could not be masked
    public MaskingListener(StepListener to, RunSecrets secrets, Consumer<String> onTrouble) {
        this.to = to;
        this.stdout = new MaskedChannel(OutputChannel.STDOUT, to, secrets, onTrouble);
        this.stderr = new MaskedChannel(OutputChannel.STDERR, to, secrets, onTrouble);
    }

    @Override
    public boolean mayStart() {
        return to.mayStart();
    }

    @Override
    public void pulling(String message, OptionalLong current, OptionalLong total) {
        to.pulling(message, current, total);
    }

    @Override
    public void commandStarted(int command) {
        to.commandStarted(command);
    }

    @Override
    public void output(int command, OutputChannel channel, OutputLine line, long position) {
        switch (channel) {
            case STDOUT -> stdout.take(command, line, position);
            case STDERR -> stderr.take(command, line, position);
        }
    }

    @Override
    public void commandFinished(int command, int exitCode) {
        end();
        to.commandFinished(command, exitCode);
    }

    /// Passes on what is held back, since nothing follows for now.
    public void end() {
        stdout.endCommand();
        stderr.endCommand();
    }
}
