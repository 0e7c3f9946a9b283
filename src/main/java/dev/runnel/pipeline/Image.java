package dev.runnel.pipeline;

import java.util.Optional;
import java.util.regex.Pattern;

/// A reference to a container image, such as `alpine`, `python:3.13` or
/// `registry.example:5000/team/job@sha256:…`.
///
/// The grammar is that of the distribution project's reference package
/// (`[host[:port]/]path[:tag][@digest]`); a reference that does not match it never reaches an
/// executor.
///
/// @param reference the reference as written, without surrounding space
public record Image(String reference) {
    private static final Pattern GRAMMAR =
            Pattern.compile(
                    "(?:(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]{0,252}[a-zA-Z0-9])?|\\[[0-9a-fA-F:]{2,45}])"
                            + "(?::[0-9]{1,5})?/)?"
                            + "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
                            + "(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*"
                            + "(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?"
                            + "(?:@[A-Za-z][A-Za-z0-9]*(?:[+._-][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,128})?");

    private static final int LONGEST = 512;

    public Image {
        if (!isReference(reference)) {
            throw new IllegalArgumentException("not an image reference: " + reference);
        }
    }

    /// The image with this reference, or empty when the text is not an image reference.
    public static Optional<Image> parse(String text) {
        String reference = text.strip();
        return isReference(reference) ? Optional.of(new Image(reference)) : Optional.empty();
    }

    private static boolean isReference(String text) {
        return text.length() <= LONGEST && GRAMMAR.matcher(text).matches();
    }

    @Override
    public String toString() {
        return reference;
    }
}
