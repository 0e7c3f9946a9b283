package dev.runnel.stream;

import dev.runnel.stream.Followers.Wire;
import dev.runnel.stream.RunStream.Cut;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/// Sends a part of the bytes that it is given, compressed if that is wanted. For one thread.
final class CutWire implements Wire {
    private static final int ENOUGH = 32 * 1024;

    private final Wire to;
    private long skip;
    private long left;
    private final Optional<Packing> packing;

    CutWire(Cut cut, Wire to) {
        this.to = to;
        this.skip = cut.skip();
        this.left = cut.length().orElse(Long.MAX_VALUE);
        this.packing = cut.gzip() ? Optional.of(new Packing()) : Optional.empty();
    }

    @Override
    public void send(byte[] bytes) throws InterruptedException {
        int begin = (int) Math.min(skip, bytes.length);
        int end = (int) Math.min(bytes.length, begin + left);
        skip -= begin;
        left -= end - begin;
        if (end > begin) {
            pass(end - begin == bytes.length ? bytes : Arrays.copyOfRange(bytes, begin, end));
        }
    }

    private void pass(byte[] bytes) throws InterruptedException {
        if (packing.isEmpty()) {
            to.send(bytes);
        } else {
            packing.get().add(bytes);
            if (packing.get().size() > ENOUGH) {
                to.send(packing.get().take());
            }
        }
    }

    @Override
    public boolean wantsMore() {
        return left > 0;
    }

    @Override
    public void onClose(Runnable listener) {
        to.onClose(listener);
    }

    /// Sends what is still held back.
    void finish() throws InterruptedException {
        if (packing.isPresent()) {
            to.send(packing.get().finish());
        }
    }

    private static final class Packing {
        private final ByteArrayOutputStream packed = new ByteArrayOutputStream();
        private final GZIPOutputStream gzip;

        Packing() {
            try {
                gzip = new GZIPOutputStream(packed);
            } catch (IOException e) {
                throw new UncheckedIOException("memory does not fail", e);
            }
        }

        void add(byte[] bytes) {
            try {
                gzip.write(bytes);
            } catch (IOException e) {
                throw new UncheckedIOException("memory does not fail", e);
            }
        }

        int size() {
            return packed.size();
        }

        byte[] take() {
            byte[] bytes = packed.toByteArray();
            packed.reset();
            return bytes;
        }

        byte[] finish() {
            try {
                gzip.close();
            } catch (IOException e) {
                throw new UncheckedIOException("memory does not fail", e);
            }
            return take();
        }
    }
}
