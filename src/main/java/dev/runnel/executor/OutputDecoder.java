package dev.runnel.executor;

import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Turns the raw bytes of an attempt's two channels into calls of its listener: the other end of
/// [ShellProgram].
///
/// A command is over when its marker has come on *both* channels, since they have no order between
/// them; a channel that is ahead is held back until the other one is there too. The last command is
/// over when the attempt is. Text that has no line end is told after a moment of silence.
///
/// With an after-script, the last command of the script that was started is over when the script
/// is, and the first one of the after-script starts then.
///
/// Any thread may call; the listener is called under a lock, one call at a time. What a listener
/// throws comes out of [#accept] or [#end], and the listener is not called again.
public final class OutputDecoder {
    private static final long SILENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LAG_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final int MOST_HELD = 1024 * 1024;
    private static final int ENOUGH_HELD = 64 * 1024;
    private static final int MOST_EARLY_LINES = 50;
    private static final int PORTION = 32 * 1024;

    private final ReentrantLock lock = new ReentrantLock();
    private final StepListener listener;
    private final ResumePoint from;
    private final int script;
    private final int commands;
    private final Channel stdout;
    private final Channel stderr;
    private final List<EarlyLine> early = new ArrayList<>();
    // the command that has been started and not finished; 0 before the first
    private int current;
    private OptionalInt scriptCode = OptionalInt.empty();
    private OptionalInt afterCode = OptionalInt.empty();
    private boolean timerRuns;
    private volatile boolean silent;
    private volatile boolean exited;
    private @Nullable RuntimeException failure;

    private record EarlyLine(OutputChannel channel, OutputLine line, long position) {}

    private static final class Channel {
        private final ChannelReader reader;
        private int command;
        private boolean done;
        private long heardAt = System.nanoTime();

        Channel(ChannelReader reader, int command) {
            this.reader = reader;
            this.command = command;
        }
    }

    /// @param nonce that of the attempt's [ShellProgram]
    /// @param commands how many commands the step has, when it has no after-script
    /// @param from how much is known already; the bytes given to `accept` begin at its positions
    public OutputDecoder(String nonce, int commands, ResumePoint from, StepListener listener) {
        this(nonce, commands, 0, from, listener);
    }

    /// The decoder of an attempt.
    public static OutputDecoder of(
            StepSpec spec, String nonce, ResumePoint from, StepListener listener) {
        int after = spec.setting().afterScript().size();
        return new OutputDecoder(nonce, spec.script().size(), after, from, listener);
    }

    /// @param script how many commands the script has
    /// @param after how many the after-script has
    OutputDecoder(String nonce, int script, int after, ResumePoint from, StepListener listener) {
        this.listener = listener;
        this.from = from;
        this.script = script;
        this.commands = script + after;
        this.stdout = channel(OutputChannel.STDOUT, nonce, from.stdout(), from.stdoutCommand());
        this.stderr = channel(OutputChannel.STDERR, nonce, from.stderr(), from.stderrCommand());
        this.current = Math.min(stdout.command, stderr.command);
    }

    private Channel channel(OutputChannel name, String nonce, long position, int command) {
        ChannelReader reader = new ChannelReader(name, nonce, position, this::tell);
        return new Channel(reader, position == 0 ? 0 : command);
    }

    /// Says that the first command has begun, of a step whose program prints no markers.
    public void begin() {
        lock.lock();
        try {
            rethrow();
            stdout.command = Math.max(1, stdout.command);
            stderr.command = Math.max(1, stderr.command);
            advance();
        } catch (RuntimeException e) {
            fail(e);
            throw e;
        } finally {
            lock.unlock();
        }
    }

    /// Takes the next bytes of a channel; returns when the listener has heard what is complete.
    public void accept(OutputChannel name, byte[] bytes, int offset, int length) {
        lock.lock();
        try {
            rethrow();
            Channel channel = channel(name);
            int at = offset;
            while (at < offset + length) {
                int portion = Math.min(PORTION, offset + length - at);
                channel.reader.append(bytes, at, portion);
                at += portion;
                readBoth();
                if (isAhead(channel) && channel.reader.held() > MOST_HELD) {
                    waitNoLonger();
                }
            }
            channel.heardAt = System.nanoTime();
            startTimer();
        } catch (RuntimeException e) {
            fail(e);
            throw e;
        } finally {
            lock.unlock();
        }
    }

    /// Whether a source that can wait should give more bytes of this channel now. False while the
    /// channel is far ahead of the other one.
    public boolean wants(OutputChannel name) {
        lock.lock();
        try {
            Channel channel = channel(name);
            return !isAhead(channel) || channel.reader.held() < ENOUGH_HELD;
        } finally {
            lock.unlock();
        }
    }

    /// Says that the next byte of a channel has another position than the bytes so far suggest:
    /// `distance` bytes further on, or back when negative.
    public void shift(OutputChannel name, long distance) {
        lock.lock();
        try {
            channel(name).reader.shift(distance);
        } finally {
            lock.unlock();
        }
    }

    /// Whether the shell has begun to work.
    public boolean started() {
        lock.lock();
        try {
            return current > 0 || from.started() > 0;
        } finally {
            lock.unlock();
        }
    }

    /// Whether the shell said that it ends by itself, which makes its exit code believable. A step
    /// can do without (`exec`, a trap of its own).
    public boolean exited() {
        return exited;
    }

    /// Whether the shell said that it ends with 0 and that no other process is left that could
    /// print: all there is to hear was heard.
    public boolean isOver() {
        lock.lock();
        try {
            return stdout.done && stderr.done;
        } finally {
            lock.unlock();
        }
    }

    /// What was printed before the shell began to work, as by an engine that cannot start it.
    public String earlyText() {
        lock.lock();
        try {
            stdout.reader.flush();
            stderr.reader.flush();
            return early.stream()
                    .map(piece -> piece.line().text())
                    .collect(Collectors.joining("\n"))
                    .strip();
        } finally {
            lock.unlock();
        }
    }

    /// Nothing follows: tells what is left, and that the current command ended.
    ///
    /// @param exitCode the shell's; empty when the command did not end by itself
    public void end(OptionalInt exitCode) {
        lock.lock();
        try {
            rethrow();
            waitNoLonger();
            stdout.reader.finish();
            stderr.reader.finish();
            OptionalInt code = current > script ? afterCode : exitCode;
            if (code.isPresent() && current > from.finished() && !silent) {
                listener.commandFinished(current, code.getAsInt());
            }
            silent = true;
        } catch (RuntimeException e) {
            fail(e);
            throw e;
        } finally {
            lock.unlock();
        }
    }

    /// Calls the listener no more. Does not wait for a call that is under way.
    public void silence() {
        silent = true;
    }

    private Channel channel(OutputChannel name) {
        return switch (name) {
            case STDOUT -> stdout;
            case STDERR -> stderr;
        };
    }

    private boolean isAhead(Channel channel) {
        return channel.command > current;
    }

    private void readBoth() {
        int before;
        do {
            before = current;
            read(stdout);
            read(stderr);
        } while (current != before);
    }

    private void read(Channel channel) {
        while (!isAhead(channel)) {
            int marker = channel.reader.read();
            if (marker == ChannelReader.NOTHING) {
                return;
            }
            take(channel, marker);
        }
    }

    private void take(Channel channel, int marker) {
        if (marker == ChannelReader.EXIT || marker >= commands) {
            exited = true;
        } else if (marker == ChannelReader.DONE) {
            channel.done = true;
        } else if (marker <= ChannelReader.AFTER_ENDED) {
            afterCode = OptionalInt.of(ChannelReader.code(marker));
        } else if (marker <= ChannelReader.SCRIPT_ENDED) {
            scriptCode = OptionalInt.of(ChannelReader.code(marker));
            reach(channel, Math.min(script + 1, commands));
        } else {
            reach(channel, marker + 1);
        }
    }

    private void reach(Channel channel, int command) {
        channel.command = Math.max(channel.command, command);
        advance();
    }

    private void advance() {
        int reached = Math.min(stdout.command, stderr.command);
        while (current < reached) {
            boolean scriptEnds = current <= script && reached > script;
            OptionalInt code = scriptEnds ? scriptCode : OptionalInt.of(0);
            if (code.isPresent() && current > from.finished() && !silent) {
                listener.commandFinished(current, code.getAsInt());
            }
            // what comes behind `exit 0` or a failure in the script is never started
            current = scriptEnds ? script + 1 : current + 1;
            if (current > from.started() && !silent) {
                listener.commandStarted(current);
            }
            tellEarly();
        }
    }

    // The other channel's markers are late or were swallowed: go on without them
    private void waitNoLonger() {
        readBoth();
        while (stdout.command != stderr.command) {
            int furthest = Math.max(stdout.command, stderr.command);
            stdout.command = furthest;
            stderr.command = furthest;
            advance();
            readBoth();
        }
    }

    private void tell(OutputChannel name, OutputLine line, long position) {
        if (current == 0) {
            early.add(new EarlyLine(name, line, position));
            if (early.size() > MOST_EARLY_LINES) {
                stdout.command = Math.max(1, stdout.command);
                stderr.command = Math.max(1, stderr.command);
                advance();
            }
        } else if (!silent) {
            listener.output(current, name, line, position);
        }
    }

    private void tellEarly() {
        List<EarlyLine> lines = List.copyOf(early);
        early.clear();
        lines.forEach(line -> tell(line.channel(), line.line(), line.position()));
    }

    private void startTimer() {
        if (!timerRuns && !silent && (hasUnfinishedText() || stdout.command != stderr.command)) {
            timerRuns = true;
            CompletableFuture.delayedExecutor(
                            SILENCE_NANOS, TimeUnit.NANOSECONDS, Thread::startVirtualThread)
                    .execute(this::onTimer);
        }
    }

    private boolean hasUnfinishedText() {
        return stdout.reader.hasUnfinishedText() || stderr.reader.hasUnfinishedText();
    }

    private void onTimer() {
        lock.lock();
        try {
            timerRuns = false;
            if (silent) {
                return;
            }
            long now = System.nanoTime();
            flushIfSilent(stdout, now);
            flushIfSilent(stderr, now);
            long heardAt = Math.max(stdout.heardAt, stderr.heardAt);
            if (stdout.command != stderr.command && now - heardAt > LAG_NANOS) {
                waitNoLonger();
            }
            startTimer();
        } catch (RuntimeException e) {
            fail(e);
        } finally {
            lock.unlock();
        }
    }

    private void flushIfSilent(Channel channel, long now) {
        if (!isAhead(channel) && now - channel.heardAt >= SILENCE_NANOS) {
            channel.reader.flush();
        }
    }

    private void fail(RuntimeException e) {
        silent = true;
        failure = failure == null ? e : failure;
    }

    private void rethrow() {
        if (failure != null) {
            throw failure;
        }
    }
}
