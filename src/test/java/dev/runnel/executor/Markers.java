package dev.runnel.executor;

import static java.nio.charset.StandardCharsets.UTF_8;

/// What the shell of a step writes between its commands.
final class Markers {

    static final String NONCE = "0123456789abcdef";

    private Markers() {}

    static String marker(Object what) {
        return "\033_R" + NONCE + ";" + what + "\033\\\n";
    }

    static byte[] bytesOf(Object... markers) {
        StringBuilder all = new StringBuilder();
        for (Object what : markers) {
            all.append(marker(what));
        }
        return all.toString().getBytes(UTF_8);
    }
}
