package dev.runnel.sealing;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// Seals what nobody may read who reads the database: AES-256-GCM with a key that the database does
/// not hold. A sealed text names its key by a digest, so that keys can be exchanged. Safe for any
/// number of threads.
public final class SecretBox {
    /// How many bytes a key has.
    public static final int KEY_BYTES = 32;

    // no secret that is not sealed begins so: a value has no NUL
    private static final String PREFIX = "\0runnel-sealed:1:";
    private static final int ID_DIGITS = 8;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final SecureRandom random = new SecureRandom();
    private final Map<String, SecretKeySpec> keys = new HashMap<>();
    private final String newest;

    /// @param key seals, and opens what it sealed
    /// @param old open what they sealed
    public SecretBox(byte[] key, List<byte[]> old) {
        old.forEach(this::add);
        newest = add(key);
    }

    private String add(byte[] key) {
        if (key.length != KEY_BYTES) {
            throw new IllegalArgumentException("a key has " + KEY_BYTES + " bytes");
        }
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update("runnel key id".getBytes(StandardCharsets.US_ASCII));
            String id = HexFormat.of().formatHex(digest.digest(key)).substring(0, ID_DIGITS);
            keys.put(id, new SecretKeySpec(key, "AES"));
            return id;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// What the key that seals is called; says nothing of the key itself.
    public String keyId() {
        return newest;
    }

    /// Whether a text is a sealed one.
    public static boolean isSealed(String text) {
        return text.startsWith(PREFIX);
    }

    /// What the key of a sealed text is called.
    public static String keyIdOf(String sealed) {
        return sealed.substring(PREFIX.length(), PREFIX.length() + ID_DIGITS);
    }

    /// Seals a text; one that is sealed already stays as it is.
    public String seal(String text) {
        if (isSealed(text)) {
            return text;
        }
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        String head = PREFIX + newest + ":";
        byte[] sealed = crypt(Cipher.ENCRYPT_MODE, keys.get(newest), nonce, head, bytes(text));
        byte[] all = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
        System.arraycopy(sealed, 0, all, NONCE_BYTES, sealed.length);
        return head + Base64.getEncoder().encodeToString(all);
    }

    /// Opens a sealed text; one that is not sealed, as an older version stored it, is given as it
    /// is.
    ///
    /// @return empty when its key is not there, or it was changed
    public Optional<String> open(String text) {
        if (!isSealed(text)) {
            return Optional.of(text);
        }
        int end = PREFIX.length() + ID_DIGITS + 1;
        if (text.length() < end) {
            return Optional.empty();
        }
        @Nullable SecretKeySpec key = keys.get(keyIdOf(text));
        if (key == null) {
            return Optional.empty();
        }
        try {
            byte[] all = Base64.getDecoder().decode(text.substring(end));
            if (all.length < NONCE_BYTES) {
                return Optional.empty();
            }
            byte[] opened =
                    crypt(
                            Cipher.DECRYPT_MODE,
                            key,
                            Arrays.copyOf(all, NONCE_BYTES),
                            text.substring(0, end),
                            Arrays.copyOfRange(all, NONCE_BYTES, all.length));
            return Optional.of(ByteBuffer.wrap(opened).asCharBuffer().toString());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /// Every character as it is, also half a surrogate pair, which no encoding keeps.
    private static byte[] bytes(String text) {
        ByteBuffer bytes = ByteBuffer.allocate(text.length() * Character.BYTES);
        bytes.asCharBuffer().put(text);
        return bytes.array();
    }

    private static byte[] crypt(
            int mode, @Nullable SecretKeySpec key, byte[] nonce, String head, byte[] text) {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(head.getBytes(StandardCharsets.US_ASCII));
            return cipher.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("this cannot be opened", e);
        }
    }

    /// Without its keys.
    @Override
    public String toString() {
        return "SecretBox[" + newest + "]";
    }
}
