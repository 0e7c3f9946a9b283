package dev.runnel.api.queue;

import dev.runnel.problem.ProblemType;
import dev.runnel.problem.RequestRefused;
import dev.runnel.problem.Spelling;
import dev.runnel.store.RunQueue.Spot;
import jakarta.ws.rs.core.MultivaluedMap;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;

/// Which page of the waiting runs is asked for.
///
/// @param after the last run of the page before
/// @param limit from 1
record QueueQuery(Optional<Spot> after, int limit) {
    private static final int USUAL_LIMIT = 50;
    private static final int LARGEST_LIMIT = 200;
    private static final List<String> PARAMETERS = List.of("cursor", "limit");
    private static final byte VERSION = 1;
    private static final int BODY = 2 + Integer.BYTES + 3 * Long.BYTES;

    /// Reads the query.
    ///
    /// @throws RequestRefused when a parameter is unknown or its value is not one it takes
    static QueueQuery read(MultivaluedMap<String, String> query) {
        query.forEach((name, values) -> {
            if (!PARAMETERS.contains(name)) {
                throw RequestRefused.parameter(
                        name, "this parameter is unknown", Spelling.hint(name, PARAMETERS));
            }
            if (values.size() > 1) {
                throw RequestRefused.parameter(
                        name, "this is given more than once", "give it once");
            }
        });
        return new QueueQuery(
                Optional.ofNullable(query.getFirst("cursor")).map(QueueQuery::spot),
                Optional.ofNullable(query.getFirst("limit"))
                        .map(QueueQuery::limit)
                        .orElse(USUAL_LIMIT));
    }

    private static int limit(String text) {
        try {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= LARGEST_LIMIT) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // told below like any other wrong number
        }
        throw RequestRefused.parameter(
                "limit",
                "'" + text + "' is not a size of a page",
                "give a number from 1 to " + LARGEST_LIMIT);
    }

    /// The cursor for what follows a spot, opaque to callers.
    static String cursor(Spot spot) {
        ByteBuffer whole =
                ByteBuffer.allocate(BODY + Integer.BYTES)
                        .put(VERSION)
                        .put((byte) spot.section())
                        .putInt(spot.urgency())
                        .putLong(spot.rank())
                        .putLong(spot.ticket())
                        .putLong(spot.position());
        whole.putInt(checksum(whole.array()));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(whole.array());
    }

    private static Spot spot(String cursor) {
        byte[] whole = decode(cursor);
        if (whole.length != BODY + Integer.BYTES || whole[0] != VERSION) {
            throw damaged();
        }
        ByteBuffer parts = ByteBuffer.wrap(whole);
        if (parts.getInt(BODY) != checksum(whole)) {
            throw damaged();
        }
        parts.get();
        return new Spot(
                parts.get(), parts.getInt(), parts.getLong(), parts.getLong(), parts.getLong());
    }

    private static byte[] decode(String text) {
        try {
            return Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw damaged();
        }
    }

    private static int checksum(byte[] whole) {
        CRC32 checksum = new CRC32();
        checksum.update(whole, 0, BODY);
        return (int) checksum.getValue();
    }

    private static RequestRefused damaged() {
        return new RequestRefused(
                ProblemType.INVALID_CURSOR, "The cursor is not one of this list.");
    }
}
