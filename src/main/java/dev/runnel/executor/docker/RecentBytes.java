package dev.runnel.executor.docker;

/// The last 64 KiB of a stream.
final class RecentBytes {
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

    /// Whether these bytes are others than those that began this far from the end. Bytes that are
    /// not kept any more count as the same.
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
