package dev.runnel.artifact;

/// The place where artifacts are kept did not answer, or is full.
public final class ArtifactsUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ArtifactsUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
