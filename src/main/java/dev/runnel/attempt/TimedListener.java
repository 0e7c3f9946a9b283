package dev.runnel.attempt;

import dev.runnel.executor.StepListener;
import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// Hears what another listener hears, holds the commands back until the gate is open, and watches
/// how long each command takes.
final class TimedListener implements StepListener {
    private final StepListener told;
    private final Terms terms;
    private final IntConsumer onOverrun;
    private @Nullable Thread timer;

    /// @param onOverrun called with the number of a command that takes too long
    TimedListener(StepListener told, Terms terms, IntConsumer onOverrun) {
        this.told = told;
        this.terms = terms;
        this.onOverrun = onOverrun;
    }

    /// A command was in progress already.
    void goOn(int command) {
        watch(command, terms.commandTime().map(_ -> terms.commandLeft()));
    }

    @Override
    public boolean mayStart() {
        try {
            terms.gate().pass();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        return told.mayStart();
    }

    @Override
    public void pulling(String message, OptionalLong current, OptionalLong total) {
        told.pulling(message, current, total);
    }

    @Override
    public void preparing(String message) {
        told.preparing(message);
    }

    @Override
    public void commandStarted(int command) {
        told.commandStarted(command);
        watch(command, terms.commandTime());
    }

    @Override
    public void output(int command, OutputChannel channel, OutputLine line, long position) {
        told.output(command, channel, line, position);
    }

    @Override
    public void commandFinished(int command, int exitCode) {
        stop();
        told.commandFinished(command, exitCode);
    }

    private synchronized void watch(int command, Optional<Duration> time) {
        stop();
        if (time.isPresent()) {
            timer = Thread.ofVirtual().start(() -> overrunAfter(time.get(), command));
        }
    }

    /// Nothing is watched any more.
    synchronized void stop() {
        Thread watching = timer;
        if (watching != null) {
            watching.interrupt();
        }
        timer = null;
    }

    private void overrunAfter(Duration time, int command) {
        try {
            Thread.sleep(time);
            onOverrun.accept(command);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
