package dev.runnel.masking;

import dev.runnel.sealing.SecretBox;

/// Secrets of a run are encrypted with a key that this instance does not have.
public final class SecretsUnreadable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// @param sealed one of them
    public SecretsUnreadable(String sealed) {
        super(
                "the secrets of this run are encrypted with key "
                        + SecretBox.keyIdOf(sealed)
                        + ", which this instance does not have; give it that key"
                        + " (runnel.secrets.key, key-file or old-keys) and run it again",
                null,
                false,
                false);
    }
}
