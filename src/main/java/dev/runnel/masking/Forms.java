package dev.runnel.masking;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The forms in which a secret may show up in a line of output: as it is, each of its lines, in
/// base64 wherever in the encoded text it stands, percent-encoded as different tools do it, and
/// escaped for JSON and for a shell. None of them holds a line end.
final class Forms {
    private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

    // What is left as it is, besides letters and digits: by RFC 3986; by a form; by JavaScript's
    // encodeURIComponent and encodeURI; by Python's quote
    private static final List<String> UNCHANGED =
            List.of("-_.~", "-_.*", "-_.~!'()*", "-_.~!'()*;/?:@&=+$,#", "-_.~/");

    // Tools break long base64 after 76 characters, those around OpenSSL after 64
    private static final int[] LINE_LENGTHS = {64, 76};

    private Forms() {}

    /// All forms of a secret that are long enough to be told from other text.
    static Set<String> of(String secret) {
        Set<String> forms = new LinkedHashSet<>();
        addForms(secret, forms);
        if (hasLineEnd(secret)) {
            secret.lines().forEach(line -> addForms(line, forms));
        }
        forms.removeIf(form -> form.length() < Needles.SHORTEST);
        return forms;
    }

    private static boolean hasLineEnd(String text) {
        return text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0;
    }

    private static void addForms(String text, Set<String> forms) {
        if (text.length() < Needles.SHORTEST) {
            return;
        }
        if (!hasLineEnd(text)) {
            forms.add(text);
            forms.add(text.strip());
            forms.add(text.replace("'", "'\\''"));
        }
        forms.add(json(text));
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        addBase64(bytes, forms);
        for (String unchanged : UNCHANGED) {
            for (boolean plus : new boolean[] {false, true}) {
                String encoded = percent(bytes, unchanged, plus);
                forms.add(encoded);
                forms.add(lowerHex(encoded));
            }
        }
    }

    private static String json(String text) {
        return text.replace("\\", "\\\\")
                .replace("\"", "\\\"")
                .replace("\n", "\\n")
                .replace("\r", "\\r")
                .replace("\t", "\\t");
    }

    /// The part that is the same whatever stands before and after the secret, for each of the three
    /// places at which it may begin in a group of three bytes; and the same with what ends a text.
    private static void addBase64(byte[] bytes, Set<String> forms) {
        for (int before = 0; before < 3; before++) {
            byte[] placed = new byte[before + bytes.length];
            System.arraycopy(bytes, 0, placed, before, bytes.length);
            String encoded = Base64.getEncoder().encodeToString(placed);
            int from = before == 0 ? 0 : before + 1;
            int sure = placed.length * 8 / 6;
            addBoth(encoded.substring(from, sure), forms);
            addBoth(encoded.substring(from), forms);
            addBoth(encoded.substring(from).replace("=", ""), forms);
        }
        String alone = Base64.getEncoder().encodeToString(bytes);
        for (int length : LINE_LENGTHS) {
            for (int from = 0; alone.length() > length && from < alone.length(); from += length) {
                addBoth(alone.substring(from, Math.min(alone.length(), from + length)), forms);
            }
        }
    }

    private static void addBoth(String base64, Set<String> forms) {
        forms.add(base64);
        forms.add(base64.replace('+', '-').replace('/', '_'));
    }

    private static String percent(byte[] bytes, String unchanged, boolean plus) {
        byte[] encoded = new byte[3 * bytes.length];
        int length = 0;
        for (byte one : bytes) {
            if (isLetterOrDigit(one) || (one > 0 && unchanged.indexOf(one) >= 0)) {
                encoded[length++] = one;
            } else if (plus && one == ' ') {
                encoded[length++] = '+';
            } else {
                encoded[length++] = '%';
                encoded[length++] = HEX[(one >> 4) & 0xf];
                encoded[length++] = HEX[one & 0xf];
            }
        }
        return new String(Arrays.copyOf(encoded, length), StandardCharsets.US_ASCII);
    }

    private static boolean isLetterOrDigit(byte one) {
        return (one >= 'a' && one <= 'z')
                || (one >= 'A' && one <= 'Z')
                || (one >= '0' && one <= '9');
    }

    private static String lowerHex(String encoded) {
        StringBuilder lower = new StringBuilder(encoded);
        for (int at = 0; at < lower.length(); at++) {
            if (lower.charAt(at) == '%') {
                lower.setCharAt(at + 1, Character.toLowerCase(lower.charAt(at + 1)));
                lower.setCharAt(at + 2, Character.toLowerCase(lower.charAt(at + 2)));
                at += 2;
            }
        }
        return lower.toString();
    }
}
