package dev.runnel.executor.docker;

import dev.runnel.executor.OutputDecoder;
import dev.runnel.executor.ResumePoint;
import dev.runnel.run.OutputChannel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Brings what a container prints to the decoder, each byte once, from a live connection and from
/// the engine's log. Not thread-safe.
///
/// The log of the engine is not quite what was printed. Its `local` driver cuts lines at 16 KiB and
/// forgets the line feed of such a line, which the times of the pieces give back: all pieces of a
/// line have the same. An engine that is restarted forgets what it has not written yet, most of all
/// a line that has no end.
final class ContainerOutput {
    private static final int PORTION = 32 * 1024;
    private static final int PIECE = 16 * 1024;
    private static final byte[] LINE_FEED = {'\n'};

    private final OutputDecoder decoder;
    private final byte[] beginning;
    private final boolean marked;
    private final ResumePoint from;
    private final Runnable onFirst;
    private final Side stdout;
    private final Side stderr;
    private byte[] buffer = new byte[PORTION];

    /// @param nonce of the program that prints
    /// @param marked whether it prints markers, with which a log shows that it has its beginning
    /// @param from how much is known already
    /// @param onFirst told when the first bytes come over a live connection
    ContainerOutput(
            OutputDecoder decoder,
            String nonce,
            boolean marked,
            ResumePoint from,
            Runnable onFirst) {
        this.decoder = decoder;
        this.marked = marked;
        this.from = from;
        this.onFirst = onFirst;
        this.beginning = ("\033_R" + nonce + ";0").getBytes(StandardCharsets.US_ASCII);
        this.stdout = new Side(OutputChannel.STDOUT, from.stdout());
        this.stderr = new Side(OutputChannel.STDERR, from.stderr());
    }

    /// Reads a live connection until it ends, or nothing more can come. It must begin where the
    /// last one ended.
    void readLive(EngineStream stream) throws IOException {
        boolean first = true;
        while (!decoder.isOver() && stream.next()) {
            EngineStream.Header header = stream.header();
            int left = header.length();
            while (left > 0) {
                int count = stream.read(buffer, 0, Math.min(left, buffer.length));
                side(header).give(buffer, 0, count);
                left -= count;
                if (first) {
                    first = false;
                    onFirst.run();
                }
            }
        }
    }

    /// Reads the log from its beginning, without what is known already, until it ends or nothing
    /// more can come.
    ///
    /// @return whether the log still had the beginning; when not, nothing was given to the decoder
    boolean readLog(EngineStream stream) throws IOException {
        stdout.rewind();
        stderr.rewind();
        while (!decoder.isOver() && stream.next()) {
            EngineStream.Header header = stream.header();
            int length = header.length();
            if (length > buffer.length) {
                buffer = new byte[length];
            }
            int count = 0;
            while (count < length) {
                count += stream.read(buffer, count, length - count);
            }
            Side side = side(header);
            int text = endOfTime(length) + 1;
            if (marked && side == stdout && side.logged == 0 && !isBeginning(text, length)) {
                return false;
            }
            side.takeLogged(text, length);
        }
        // without a marker, only a log that lacks what is stored can be seen to lack its beginning
        return marked || (stdout.logged >= from.stdout() && stderr.logged >= from.stderr());
    }

    private int endOfTime(int length) {
        int at = 0;
        while (at < length - 1 && buffer[at] != ' ') {
            at++;
        }
        return at;
    }

    private boolean isBeginning(int from, int to) {
        return to - from >= beginning.length
                && Arrays.equals(
                        buffer, from, from + beginning.length, beginning, 0, beginning.length);
    }

    private Side side(EngineStream.Header header) {
        return header.channel() == 2 ? stderr : stdout;
    }

    private final class Side {
        private final OutputChannel channel;
        private final RecentBytes recent = new RecentBytes();
        private long given;
        private long logged;
        private byte[] time = {};
        private boolean openLine;
        private boolean lineFeedDue;

        Side(OutputChannel channel, long given) {
            this.channel = channel;
            this.given = given;
        }

        void give(byte[] bytes, int offset, int length) {
            given += length;
            recent.add(bytes, offset, length);
            decoder.accept(channel, bytes, offset, length);
        }

        void rewind() {
            logged = 0;
            time = new byte[0];
            openLine = false;
            lineFeedDue = false;
        }

        void takeLogged(int from, int to) {
            boolean sameLine = openLine && Arrays.equals(time, 0, time.length, buffer, 0, from - 1);
            if (lineFeedDue) {
                lineFeedDue = false;
                giveUnknown(LINE_FEED, 0, 1);
            }
            time = Arrays.copyOf(buffer, from - 1);
            boolean complete = to > from && buffer[to - 1] == '\n';
            boolean piece = !complete && to - from == PIECE;
            giveUnknown(buffer, from, to - from);
            openLine = piece;
            // When nothing follows, the container ended in the middle of the line
            lineFeedDue = sameLine && !complete && !piece;
        }

        private void giveUnknown(byte[] bytes, int offset, int length) {
            long begin = logged;
            logged += length;
            if (begin >= given) {
                give(bytes, offset, length);
                return;
            }
            int known = (int) Math.min(length, given - begin);
            if (recent.differ(given - begin, bytes, offset, known)) {
                // The engine forgot what we heard last: from here on the log has news
                decoder.shift(channel, begin - given);
                given = begin;
                recent.clear();
                give(bytes, offset, length);
            } else if (known < length) {
                give(bytes, offset + known, length - known);
            }
        }
    }

    /// The last 64 KiB of a stream.
    private static final class RecentBytes {
        private static final int SIZE = 64 * 1024;
        private static final int MASK = SIZE - 1;

        private byte[] ring = {};
        private long total;

        void add(byte[] bytes, int offset, int length) {
            if (ring.length == 0) {
                ring = new byte[SIZE];
            }
            int from = offset + Math.max(0, length - SIZE);
            total += from - offset;
            int left = offset + length - from;
            while (left > 0) {
                int at = (int) (total & MASK);
                int count = Math.min(left, SIZE - at);
                System.arraycopy(bytes, from, ring, at, count);
                from += count;
                total += count;
                left -= count;
            }
        }

        /// Whether these bytes are others than those that began this far from the end. Bytes that
        /// are not kept any more count as the same.
        boolean differ(long fromEnd, byte[] bytes, int offset, int length) {
            long first = Math.max(0, fromEnd - Math.min(total, SIZE));
            for (long index = first; index < length; index++) {
                if (ring[(int) ((total - fromEnd + index) & MASK)] != bytes[offset + (int) index]) {
                    return true;
                }
            }
            return false;
        }

        void clear() {
            total = 0;
        }
    }
}
