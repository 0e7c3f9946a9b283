package dev.runnel.executor.process;

import dev.runnel.executor.OutputDecoder;
import dev.runnel.executor.ResumePoint;
import dev.runnel.run.OutputChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.function.BooleanSupplier;

/// Carries what the files of an attempt grow by to its decoder, in pieces of bounded size. Not
/// thread-safe.
final class OutputTail implements AutoCloseable {
    private static final int PIECE = 64 * 1024;

    private final OutputDecoder decoder;
    private final FileChannel stdout;
    private final FileChannel stderr;
    private final ByteBuffer piece = ByteBuffer.allocate(PIECE);

    private OutputTail(OutputDecoder decoder, FileChannel stdout, FileChannel stderr) {
        this.decoder = decoder;
        this.stdout = stdout;
        this.stderr = stderr;
    }

    static OutputTail of(AttemptFolder folder, ResumePoint from, OutputDecoder decoder)
            throws IOException {
        FileChannel stdout = open(folder, OutputChannel.STDOUT, from.stdout());
        try {
            FileChannel stderr = open(folder, OutputChannel.STDERR, from.stderr());
            return new OutputTail(decoder, stdout, stderr);
        } catch (IOException e) {
            stdout.close();
            throw e;
        }
    }

    private static FileChannel open(AttemptFolder folder, OutputChannel channel, long position)
            throws IOException {
        return FileChannel.open(folder.output(channel), StandardOpenOption.READ).position(position);
    }

    /// Tells the next piece of each channel, of a channel that is far ahead of the other one not.
    ///
    /// @return whether there was anything to tell
    boolean tell() throws IOException {
        boolean told = false;
        for (OutputChannel channel : OutputChannel.values()) {
            if (decoder.wants(channel)) {
                told |= tell(channel);
            }
        }
        return told;
    }

    /// Tells everything to the end of the files, which must not grow any more.
    ///
    /// @param until whether nobody listens any more
    void tellAll(BooleanSupplier until) throws IOException {
        while (!until.getAsBoolean()
                && (tell() || tell(OutputChannel.STDOUT) || tell(OutputChannel.STDERR))) {
            // the decoder waits no longer for a channel that is at its end
        }
    }

    private boolean tell(OutputChannel name) throws IOException {
        FileChannel channel =
                switch (name) {
                    case STDOUT -> stdout;
                    case STDERR -> stderr;
                };
        int length = channel.read(piece.clear());
        if (length > 0) {
            decoder.accept(name, piece.array(), 0, length);
        }
        return length > 0;
    }

    @Override
    public void close() throws IOException {
        try (stdout) {
            stderr.close();
        }
    }
}
