package dev.runnel.sealing.configured;

import dev.runnel.sealing.SecretBox;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/// The keys with which secrets are sealed: as configured, else one that this instance makes for
/// itself and keeps in a file.
final class SecretKeys {
    private static final Logger LOG = Logger.getLogger(SecretKeys.class);

    /// Which keys.
    @ConfigMapping(prefix = "runnel.secrets")
    interface Config {
        /// The key that secrets are encrypted with in the database: 32 bytes in base64, the same
        /// for all instances that share one.
        Optional<String> key();

        /// File with the key; made when it is not there. Not read when `key` is set.
        @WithDefault("${runnel.data-dir:${user.home}/.local/share/runnel}/secrets.key")
        Path keyFile();

        /// Keys that were used before, or will be, for reading only.
        Optional<List<String>> oldKeys();
    }

    @Produces
    @Singleton
    SecretBox box(Config config) {
        byte[] key =
                config.key()
                        .map(text -> decoded("runnel.secrets.key", text))
                        .orElseGet(() -> fromFile(config.keyFile()));
        List<byte[]> old =
                config.oldKeys().orElse(List.of()).stream()
                        .map(text -> decoded("runnel.secrets.old-keys", text))
                        .toList();
        SecretBox box = new SecretBox(key, old);
        LOG.infof(
                "Secrets are encrypted with key %s, from %s",
                box.keyId(),
                config.key().isPresent() ? "runnel.secrets.key" : config.keyFile().toString());
        return box;
    }

    static byte[] fromFile(Path file) {
        try {
            if (!Files.exists(file)) {
                make(file);
            }
            return decoded(file.toString(), Files.readString(file, StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new ConfigurationException(
                    "The key for secrets cannot be had from "
                            + file
                            + " ("
                            + e.getClass().getSimpleName()
                            + "). Make the file readable for this user alone, or set"
                            + " runnel.secrets.key.",
                    e);
        }
    }

    /// Several processes may do so at once: the file is whole as soon as it is there, and the first
    /// one stays.
    private static void make(Path file) throws IOException {
        byte[] key = new byte[SecretBox.KEY_BYTES];
        new SecureRandom().nextBytes(key);
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        // the rights of a temporary file are its owner's alone
        Path made =
                Files.createTempFile(
                        folder,
                        "secrets",
                        ".new",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        try {
            Files.writeString(
                    made,
                    Base64.getEncoder().encodeToString(key) + "\n",
                    StandardCharsets.US_ASCII);
            Files.createLink(file, made);
        } catch (FileAlreadyExistsException e) {
            LOG.debugf("another process made %s", file);
        } finally {
            Files.delete(made);
        }
    }

    private static byte[] decoded(String from, String text) {
        try {
            byte[] key = Base64.getDecoder().decode(text.strip());
            if (key.length == SecretBox.KEY_BYTES) {
                return key;
            }
        } catch (IllegalArgumentException e) {
            // told below, without the key
        }
        throw new ConfigurationException(
                from
                        + " holds no key: a key is 32 random bytes in base64, such as `head -c 32"
                        + " /dev/urandom | base64` prints.");
    }
}
