package dev.runnel.api.log;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The part of a text that a `Range` header asks for (RFC 9110, §14).
///
/// @param first the first byte, from 0
/// @param last the last byte
record ByteRange(long first, long last) {
    private static final Pattern ONE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

    /// What came of a header.
    sealed interface Asked {
        /// It asks for no part, or for several, or cannot be read: the whole is sent.
        record Whole() implements Asked {}

        /// This part.
        record Part(ByteRange range) implements Asked {}

        /// No byte of the part is there.
        record Beyond() implements Asked {}
    }

    /// Reads a header.
    ///
    /// @param length bytes of the whole
    static Asked of(Optional<String> header, long length) {
        Matcher one = ONE.matcher(header.orElse("").strip());
        if (!one.matches() || (one.group(1).isEmpty() && one.group(2).isEmpty())) {
            return new Asked.Whole();
        }
        if (one.group(1).isEmpty()) {
            long wanted = Long.parseLong(one.group(2));
            return wanted == 0 || length == 0
                    ? new Asked.Beyond()
                    : new Asked.Part(new ByteRange(Math.max(0, length - wanted), length - 1));
        }
        long first = Long.parseLong(one.group(1));
        long last = one.group(2).isEmpty() ? length - 1 : Long.parseLong(one.group(2));
        if (!one.group(2).isEmpty() && last < first) {
            return new Asked.Whole();
        }
        return first >= length
                ? new Asked.Beyond()
                : new Asked.Part(new ByteRange(first, Math.min(last, length - 1)));
    }

    /// How many bytes.
    long length() {
        return last - first + 1;
    }

    /// The value of `Content-Range`.
    String of(long whole) {
        return "bytes " + first + "-" + last + "/" + whole;
    }
}
