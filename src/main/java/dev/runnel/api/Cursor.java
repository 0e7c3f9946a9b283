package dev.runnel.api;

import dev.runnel.problem.ProblemType;
import dev.runnel.problem.RequestRefused;
import dev.runnel.run.RunId;
import dev.runnel.store.RunStore.RunFilter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.TreeSet;
import java.util.UUID;
import java.util.zip.CRC32;

/// A place in the list of runs, opaque to callers: it holds the last run of a page and stands for
/// the filters of the list, so that it fits nowhere else.
final class Cursor {
    private static final byte VERSION = 1;
    private static final int FILTER_BYTES = 8;
    private static final int BODY = 1 + FILTER_BYTES + 2 * Long.BYTES;

    private Cursor() {}

    static String after(RunId last, RunFilter filter) {
        byte[] body =
                ByteBuffer.allocate(BODY)
                        .put(VERSION)
                        .put(standFor(filter))
                        .putLong(last.value().getMostSignificantBits())
                        .putLong(last.value().getLeastSignificantBits())
                        .array();
        byte[] whole =
                ByteBuffer.allocate(BODY + Integer.BYTES).put(body).putInt(checksum(body)).array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(whole);
    }

    /// The last run of the page before.
    ///
    /// @throws RequestRefused when the text is not a cursor, or one of another list
    static RunId read(String text, RunFilter filter) {
        byte[] whole = decode(text);
        if (whole.length != BODY + Integer.BYTES || whole[0] != VERSION) {
            throw damaged();
        }
        byte[] body = Arrays.copyOf(whole, BODY);
        if (ByteBuffer.wrap(whole, BODY, Integer.BYTES).getInt() != checksum(body)) {
            throw damaged();
        }
        if (!Arrays.equals(standFor(filter), Arrays.copyOfRange(body, 1, 1 + FILTER_BYTES))) {
            throw new RequestRefused(
                    ProblemType.INVALID_CURSOR,
                    "The cursor belongs to another list, or to this one with other filters.");
        }
        ByteBuffer id = ByteBuffer.wrap(body, 1 + FILTER_BYTES, 2 * Long.BYTES);
        return new RunId(new UUID(id.getLong(), id.getLong()));
    }

    private static byte[] decode(String text) {
        try {
            return Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw damaged();
        }
    }

    private static RequestRefused damaged() {
        return new RequestRefused(
                ProblemType.INVALID_CURSOR, "The cursor is not one that was given out here.");
    }

    private static byte[] standFor(RunFilter filter) {
        String text =
                "runs\n"
                        + new TreeSet<>(filter.states())
                        + "\n"
                        + filter.repository().orElse("").toLowerCase(Locale.ROOT)
                        + "\n"
                        + filter.createdFrom()
                        + "\n"
                        + filter.createdTo();
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return Arrays.copyOf(digest, FILTER_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static int checksum(byte[] body) {
        CRC32 checksum = new CRC32();
        checksum.update(body);
        return (int) checksum.getValue();
    }
}
