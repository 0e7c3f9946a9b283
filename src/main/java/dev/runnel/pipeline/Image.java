package dev.runnel.pipeline;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A reference to a container image, such as `alpine`, `python:3.13` or
/// `registry.example:5000/team/job@sha256:…`.
///
/// The grammar is that of the distribution project's reference package
/// (`[host[:port]/]path[:tag][@digest]`); a reference that does not match it never reaches an
/// executor.
///
/// @param reference the reference as written, without surrounding space
/// @param login with which it is pulled, when the pipeline names one
public record Image(String reference, Optional<Login> login) {
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

    /// An image that is pulled with what the installation has.
    public Image(String reference) {
        this(reference, Optional.empty());
    }

    /// The same image, pulled with this login.
    public Image with(Login other) {
        return new Image(reference, Optional.of(other));
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

    /// Who pulls an image, as a pipeline says it: names of variables and not their values, so that
    /// no password is ever part of a pipeline.
    ///
    /// @param username a name, or `$NAME` for the value of a variable
    /// @param password `$NAME`, the name of a variable
    public record Login(String username, String password) {
        private static final Pattern VARIABLE =
                Pattern.compile("\\$(?:([A-Za-z_][A-Za-z0-9_]*)|\\{([A-Za-z_][A-Za-z0-9_]*)})");

        public Login {
            if (variable(password).isEmpty()) {
                throw new IllegalArgumentException("a password is the name of a variable");
            }
        }

        /// The name of the variable that a text asks for, as `$NAME` or `${NAME}`; empty when it is
        /// something else.
        public static Optional<String> variable(String text) {
            Matcher matcher = VARIABLE.matcher(text);
            return matcher.matches()
                    ? Optional.of(matcher.group(1) == null ? matcher.group(2) : matcher.group(1))
                    : Optional.empty();
        }

        /// A variable that it asks for and that is not there, or blank.
        public Optional<String> missing(Map<String, String> variables) {
            return Stream.of(username, password)
                    .flatMap(text -> variable(text).stream())
                    .filter(name -> variables.getOrDefault(name, "").isBlank())
                    .findFirst();
        }

        /// The user's name, with these variables.
        public String username(Map<String, String> variables) {
            return value(username, variables);
        }

        /// The password, with these variables.
        public String password(Map<String, String> variables) {
            return value(password, variables);
        }

        private static String value(String text, Map<String, String> variables) {
            return variable(text).map(name -> variables.getOrDefault(name, "")).orElse(text);
        }
    }
}
